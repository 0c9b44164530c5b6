"""Given names that are one name in several spellings, languages or short forms.

Job: say to which group a word belongs. Two tables: SPELLINGS, one name romanised or written by several
traditions; SHORT, a name and what its bearers are called. The first is strong evidence, the second weaker.
Invariants: a word is in at most one group of a table; groups are of `spelling.sound` forms.
Must not know: scores, frequency.
Source: hand-made for this project from the editors' knowledge of the languages; no list was copied.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared.matching.spelling import sound

_SPELLINGS: Final = """
muhamed muhammad mohammed mohammad mohamed mohamad muhammed muhamad mohamud mehmed mehmet mahomed \
  mohd muhamet mohammod muhammet mochammad
ahmed ahmad ahmet akhmed akhmad akhmat achmed ahmat
mahmud mahmoud mahmood mehmud makhmud mahmut mahamud
hamid hameed khamid hamit abdulhamid
yusuf jusuf youssef yousef yousif yusif yusof yusup jusufi yossef
josip joseph josef jozef iosif giuseppe osip josephus
ibrahim ebrahim ibragim abraham avraham avram abram ibraim ibrahima braim
ismail ismael esmail esmaeil ismayil smail ismaeel izmail
hasan hassan khasan gasan hasen
husein hussein hussain husain husayn huseyin husejn hossein hosein hosain khusein houssein huseein \
  gusein husseini
ali aliy aly
omar umar omer umer oumar gumar
osman othman usman uthman ousmane osmane
mustafa mostafa moustafa mustapha mustafo mustafi
khalid halid khaled halit haled haalid kalid chalid
salih saleh salikh salah
salim selim saleem slim salem
said saeed saed sayid saied sait sejid saeid
karim kerim kareem
jamal dzemal djamel gamal cemal jamaal dzamal gjemal xhemal camal
jafar dzafer jaafar djafar jaffar cafer gafar xhafer dzaferi
javad jawad cevat dzevad djavad xhevat dzevat jawed javed
jalal dzelal jelal celal xhelal djalal galal
jamil dzemil cemil djamil gamil xhemil jameel
hamza khamza hamzah hamze
sulejman suleiman suleyman sulaiman sulayman soleiman solomon suleman sulejmani soliman salomon
musa mussa moussa moosa moses mose moisei
isa issa eesa essa iso
isak ishak isaac ishaq iskhak ishaaq isaak
yakub jakub yaqub yakup jakob jakov yakov jacob iakov jakup yaqoob
dawud daud david dawood davud davut daoud davit davyd
yahya jahja yahia yehia jahija iahia
zakaria zekerija zakariya zekeriya zachary zaharije zakarija
ilyas iljas elias ilias eliyas
haris hares kharis harith
tarik tareq tariq tarek tareck
rashid rasid rashed rachid reshid rasheed resid
rahman rehman rakhman rahmon rachman
rahim raheem rakhim rehim
aziz azeez asis
amir emir ameer amer
amin emin ameen
adnan adnane
anvar anwar enver anwer enwar
ashraf asraf eshref achraf esref
bashir besir bachir basheer
fatima fatma fatime fatemeh fatimah fatema fatemah fatiha
aisha ajsa aysha ayesha aicha aise ayse aishah ajse
hatidza hatice khadija khadijah hadija hatixhe khadidja hadidza
emina amina amine ameena aminah
mariam maryam merjem meryem marjam miriam maryama
zeinab zejneb zeynep zainab zaynab zineb zenab
leila lejla leyla layla laila
sabina sabine
abdulah abdullah abdallah abdulla abdollah abdala abdoulaye
husni hosni hueseni
iskender iskandar eskandar
kasim ghasem qasim qassem kassem kasem gasim kassim qasem
kamal kemal kamel kamil
jihad dzihad cihad dzihat xhihad
nasir naser nasser nasr nasır
nur noor nour nuri
ramadan ramazan ramzan ramadhan ramadani
rida reza riza redha ridha
sharif serif sherif cherif shareef
shaban saban shabaan sabani
taha tahaa
tahir taher tair
yasin jasin yassin yaseen yacine jassin
yasir jaser yasser yaser jasir
walid velid waleed valid oualid
zaid zayd zeid zejd ziad
zubair zubeir zubejr zubayr
gadafi gaddafi qadhafi kadhafi qaddafi gadhafi kadafi qathafi khadafi
aleksandar alexander aleksandr oleksandr alexandre alessandro alejandro aleksander aleksandras \
  alexandru iskandr aliaksandr alexandr
aleksandra alexandra oleksandra alessandra alejandra
aleksej alexei alexey aleksei oleksiy oleksii alexis aleksiej aliaksei aleksi aleksii
andrej andrei andrey andriy andrii andrew andreas andre andrea andrzej andrija andras andriej
anton antoni antonio anthony antony ante antoine antun antonij
vladimir volodymyr wladimir uladzimir vladimer
vasilij vasily vasil vasyl vasiliy wassili vasilii basil vasile vasileios vassil vasko
viktor victor wiktor vitor
georgij georgi george georgy heorhii gheorghe giorgi georgios jorge jerzy djordje dorde gjorgji \
  georg gjergj gyorgy djuradj heorgii georgiy
grigorij grigory hryhorii gregory gregor grigor grgur grigoriy hryhoriy grzegorz gregorio
dmitrij dmitri dmitry dmytro dimitri dimitar dimitrije dimitrios dmitriy dzmitry dimitrij demetrio
evgenij evgeny yevgeny yevgeni eugene evgeni yevhen yevhenii eugen jevgenij evgueni evgenios eugenio \
  jewgeni yauhen
evgenija evgenia yevgenia eugenia yevheniia
ekaterina katarina katerina catherine katherine kateryna catarina katharina jekaterina caterina \
  yekaterina katarzyna
elena jelena helena olena yelena helen alena eleni
igor ihor
ilja ilia ilya ilija illia elijah ilie
ivan iwan yvan ivane
jovan john johann johannes jean juan giovanni joao jan ioan ion johan jon hovhannes ioannis yohannes
joanna johanna giovanna yoana ioana joana
konstantin kostyantyn constantin constantine konstantinos costantino konstanty
luka lukas lucas lukasz luca luke louka
marija maria mary mariya marie mariia maryia mariya
marko marco mark marcus marek markus marc markos
matej mateja matthew matteo mateusz mathieu matevz matija matthias mateo matthieu
mihail mikhail mihailo mykhailo michael mihajlo michail mikhael michal michel miguel michele mihai \
  mihaly mikael mihael mixail mykhaylo
nikola nikolaj nikolai nikolay mykola nicolas nicholas nikolas niccolo nicolae nikolaos mikolaj \
  mikalai nicola miklos
natalija natalia nataliya nataliia natalie natalya nathalie natalja
oleg oleh aleh
olga olha volha
pavel pavlo paul pavle paolo pablo pavao paulo pawel pal paulus pavlos
petar petr petro peter pedro pietro pierre petru pyotr piotr pjotr petros boutros butrus
sergej sergei sergey serhiy serhii sergio sergiy siarhei serge sergii
stefan stephen steven stjepan stevan esteban stefano stepan szczepan stephan etienne istvan stefanos \
  stephanos
jevrem efrem ephraim efraim
filip philip philippe felipe filippo philipp phillip fulop filippos
tomas thomas toma tomasz tommaso tamas tomislav
timofej timofei timothy tymofii
juri yuri yuriy jurij yurii iurii yury juriy yuri iouri
julija julia yulia yuliya yuliia iuliia giulia juliya
jurica juraj
fjodor fyodor fedor fedir theodore teodor fiodor theodor teodoro fedor
ksenija xenia kseniya ksenia oksana
tatjana tatiana tetiana tatyana tatjana tetyana
svetlana svitlana sviatlana
vjaceslav vyacheslav viacheslav viatcheslav wjatscheslaw
jaroslav yaroslav iaroslav jaroslaw
vsevolod usevalad
kiril kirill kyrylo cyril kirilo kyryl
arkadij arkady arkadi arkadii arkadiy
artem artyom artiom artjom
valerij valery valeri valerii valeriy
vitalij vitaly vitali vitalii vitaliy vital
gennadij gennady gennadi hennadii gennadiy
anatolij anatoly anatoli anatolii anatoliy
leonid lyonid
lev leo leon leonid
rodion rodyon
semyon semen simeon simon
emmanuel manuel emanuel manoel
josef jose
louis luis luigi ludwig lajos ludovic luiz lewis
charles carlos karl carlo karol carl karel karoly
henry henri heinrich enrique henryk enrico hendrik henrik
william wilhelm guillermo guillaume willem guglielmo viljem
frederick friedrich federico frederic fryderyk frederik
francis francisco franz francois francesco frantisek franciszek franjo ferenc
lawrence laurent lorenzo lavrentij laurence lovre
rafael raphael raffaele
geoffrey jeffrey jeffery geoff
stuart stewart
elizabeth elisabeth jelisaveta elisabet elizaveta elzbieta yelizaveta
sophia sofia sofija sophie zofia sofiya
ana anna ann anne hanna hannah
kim gim
lee yi ri rhee li
park pak bak pack bag
choi choe chwe
jung jeong chung jong cheong
kang gang
cho jo joe
yoon yun
lim im rim
noh roh no
ryu yoo yu ryoo ryou
shin sin
kwon gwon
woo wu u
bae pae
baek paek paik baik
young yeong yong
hyun hyeon
eun un
hee hui
sun seon son
chul cheol
zedong tsetung
chiang jiang
zhou chou
deng teng
kuo guo
hsieh xie
chang zhang cheung
tsai cai
hsu xu
wong wang huang
chan chen
ng wu
"""

_SHORT: Final = """
aleksandar alexander aleksandr oleksandr sasha sasa alex aleks sascha sandro sanya
aleksej alexei alexey alyosha lyosha
dmitrij dmitri dmitry dima mitya
vladimir volodymyr vova volodya vlado vladi
mihail mikhail misha mischa miso
sergej sergei serhiy seryozha serjoza
evgenij evgeny zhenya zenja
ivan vanya vanja ivica ivo vania
nikolaj nikolai kolya kolja niko nick
anatolij anatoly tolya tolja
konstantin kostya kosta kostja
georgij georgi djordje djole djoko
boris borya boro
grigorij grigory grisha
pavel pasha pavlik
jurij yuri yura jura
ekaterina katya katja kate kati cathy
marija maria masha masa mara
tatjana tatiana tanya tanja
natalija natalia natasha natasa nata
svetlana sveta
olga olya olja
anastasija anastasia nastya nastja
irina ira
ljudmila lyudmila luda lyuda
elena jelena lena jela helen
milorad mile mica
dragan draga gaga
slobodan sloba boba
zoran zoki zoka
aleksandra sanja
miroslav miro mirko
miodrag misa
radovan rade raso
stjepan stevo stipe
petar pero pera
branislav brane bane
josip joso jozo joza
bill william will billy willy wilhelm
bob robert rob bobby robbie
dick richard rick ricky rich
jim james jimmy jamie
jack john johnny
ted edward ed eddie ned edvard
tom thomas tommy
mike michael mick mickey
dave david davey
steve steven stephen
joe joseph joey
tony anthony antonio anton
chris christopher christian kristofer
dan daniel danny
matt matthew
ben benjamin benny
sam samuel sammy samir
andy andrew
greg gregory
jeff jeffrey geoffrey
ken kenneth kenny
larry lawrence laurence
pat patrick patricia
pete peter
phil philip phillip
ron ronald ronnie
tim timothy
charlie charles chuck
harry harold henry hal
frank francis franklin
fred frederick freddie
gene eugene
jerry gerald jerome gerard
nick nicholas
peggy margaret maggie meg
liz elizabeth beth betty eliza lisa
sue susan suzanne
kathy katherine cathy kate
jenny jennifer jen
becky rebecca
debbie deborah
vicky victoria
pepe jose
paco francisco pancho
nacho ignacio
lalo eduardo
chuy jesus
memo guillermo
beppe giuseppe peppe
gigi luigi
hans johannes johann
sepp josef
fritz friedrich
heinz heinrich
kuba jakub
janek jan
tomek tomasz
gosia malgorzata
hamo mohamed muhamed hamid
meho mehmed muhamed
suljo sulejman
huso husein
ibro ibrahim
mujo mustafa mujaga
"""


def _groups(text: str) -> Mapping[str, int]:
    """Word (as it sounds) to its group; the first group that names a word keeps it."""
    found: dict[str, int] = {}
    for number, line in enumerate(text.strip().splitlines(), start=1):
        for word in line.split():
            found.setdefault(sound(word), number)
    return found


def _sets(text: str) -> Mapping[str, frozenset[int]]:
    """Word (as it sounds) to every group that names it: a short form can stand for several names."""
    found: dict[str, set[int]] = {}
    for number, line in enumerate(text.strip().splitlines(), start=1):
        for word in line.split():
            found.setdefault(sound(word), set()).add(number)
    return {word: frozenset(numbers) for word, numbers in found.items()}


_GROUP_OF: Final = _groups(_SPELLINGS)
_SHORT_OF: Final = _sets(_SHORT)
_NONE: Final[frozenset[int]] = frozenset()


def group_of(sounded: str) -> int:
    """The group of spellings a word (as `sound` gives it) belongs to; 0 for none."""
    return _GROUP_OF.get(sounded, 0)


def short_groups(sounded: str) -> frozenset[int]:
    """The groups of short forms a word (as `sound` gives it) stands in."""
    return _SHORT_OF.get(sounded, _NONE)
