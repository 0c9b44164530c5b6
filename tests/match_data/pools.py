"""Name pools by country: frequent names, most frequent first, and endings and stems for a long tail.

The heads were written down from what is generally known of frequent names in these countries; no list of real
people and no data set was used. Weights follow Zipf's law over the head; a tail name is built from stems and
endings, so that a pool holds tens of thousands of surnames, as countries do. Spelling is the country's own Latin
one; Russian and Bulgarian names are Cyrillic, as their owners write them.

Must not know: the matcher, nor share its tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """One country's names. `women_end` turns a surname into a woman's, where the language does."""

    surnames: tuple[str, ...]
    men: tuple[str, ...]
    women: tuple[str, ...]
    stems: tuple[str, ...]
    ends: tuple[str, ...]
    women_end: tuple[tuple[str, str], ...] = ()
    given_join: str = ""
    """Given names made of two parts are common there, joined by this sign."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.replace("_", " ") for word in text.split())


_SLAV_STEMS: Final = _words(
    "Anđel Bab Baj Bar Bas Ber Biber Bjel Bog Boj Bor Boš Brank Brat Brđ Buk Bul Cvet Cvij Čol Čup Dam Dan Dej "
    "Dobr Dragoj Drašk Drenj Duk Dur Džin Đer Đur Fil Gaj Gar Glig Gol Gord Grah Grb Grub Gud Haj Has Ilij Iv Jag "
    "Jak Jar Jel Jer Jug Jur Kal Kar Knež Kol Kon Kos Kost Kovač Krs Krst Kuz Lal Lak Laz Lek Lip Luk Ljub Mač "
    "Maj Mal Mand Mark Mart Mij Mil Mir Mit Mladen Mrk Mus Mut Ned Nen Nov Obrad Ogn Olu Orl Ostoj Paj Pant Pav "
    "Paun Per Pet Plav Pop Prod Puz Rac Rad Rak Ran Raš Rist Rosić Rud Sal Sav Sek Sim Skak Slav Smilj Spas "
    "Sret Stam Stan Star Stev Stoj Stoš Sub Sul Šak Šar Šeš Škor Škrb Šup Tad Tan Tas Tep Tod Tom Trif Trn "
    "Tub Tut Ugl Ur Vas Vel Ves Vid Vit Vlad Voj Vrane Vuk Vul Zec Zel Zlat Zor Žar Živ Žug"
)
_SLAV_ENDS: Final = _words(
    "ić ović ević anović inić ačić ečić ulić ušić oš ak ac anin in njak alo ica arić elić"
)

BA: Final = Pool(
    surnames=_words(
        "Hodžić Hadžić Čengić Delić Demirović Kovačević Subašić Halilović Hasanović Salihović Mehmedović Begić "
        "Suljić Ibrahimović Omerović Alić Bašić Imamović Mujić Mustafić Avdić Husić Karić Selimović Muratović "
        "Jovanović Marković Petrović Savić Popović Babić Tomić Perić Jurić Marić Knežević Vuković Lukić Kovač "
        "Šarić Dedić Smajić Osmanović Đulić Zukić Čaušević Hrustić Bajrić Ćosić Pejić Džaferović Topić Zec "
        "Bešić Jusić Softić Šabić Ramić Kurtović Dizdarević Bećirović Mešić Žunić Spahić Kadić"
    ),
    men=_words(
        "Mehmed Mustafa Amir Emir Senad Nermin Adnan Almir Mirza Haris Jasmin Edin Admir Elvir Samir Damir Mirsad "
        "Nedžad Fikret Ibrahim Hasan Husein Muhamed Ahmed Osman Dragan Goran Zoran Milan Marko Ivan Ante Stjepan "
        "Mario Dario Željko Slobodan Nenad Siniša Boris Tarik Kenan Benjamin Harun Vedad Zlatan Đorđe Aleksandar"
    ),
    women=_words(
        "Fatima Amina Lejla Amra Selma Emina Sanela Jasmina Mirela Azra Elma Aida Merima Senada Sabina Edina Alma "
        "Dženana Hatidža Zehra Medina Ajla Nejra Ivana Marija Ana Dragana Jelena Snežana Ljiljana Gordana Vesna "
        "Tanja Sanja Anđela Kristina Katarina Biljana Slavica Nada Mirjana Envera Džejla Šejla"
    ),
    stems=_SLAV_STEMS,
    ends=_SLAV_ENDS,
)
RS: Final = Pool(
    surnames=_words(
        "Jovanović Petrović Nikolić Marković Đorđević Stojanović Ilić Stanković Pavlović Milošević Popović "
        "Živković Tomić Kostić Ristić Mitrović Lazić Simić Savić Todorović Lukić Stevanović Mihajlović Đurić "
        "Kovačević Vasić Filipović Vuković Radovanović Babić Zdravković Milovanović Aleksić Jevtić Krstić "
        "Stefanović Bogdanović Antić Cvetković Đokić Milić Obradović Vučković Milenković Gajić Perić Milanović "
        "Šarić Čolić Žarković Živanović Đukić Ćirić Radosavljević Rakić Veljković Nešić Urošević Đurđević"
    ),
    men=_words(
        "Dragan Milan Aleksandar Zoran Nikola Marko Slobodan Dejan Goran Jovan Stefan Nemanja Miloš Vladimir Ivan "
        "Dušan Petar Luka Nenad Miroslav Milorad Radovan Branislav Predrag Saša Siniša Bojan Igor Uroš Filip "
        "Lazar Vuk Đorđe Mihajlo Aleksa Strahinja Živojin Dragoslav Momčilo Vojislav Ljubiša Radiša Boban"
    ),
    women=_words(
        "Marija Jelena Milica Ana Ivana Dragana Snežana Gordana Ljiljana Vesna Mirjana Slavica Jasmina Katarina "
        "Jovana Tamara Sanja Nataša Aleksandra Dušanka Radmila Verica Biljana Svetlana Sofija Teodora Anđela "
        "Tijana Nevena Bojana Danijela Marina Olivera Zorica Milena Danica Anastasija Dunja Živka Đurđa"
    ),
    stems=_SLAV_STEMS,
    ends=_SLAV_ENDS,
)
ME: Final = Pool(
    surnames=_words(
        "Popović Marković Vujović Radović Đukanović Vukčević Ivanović Perović Radulović Vuković Jovanović "
        "Nikčević Mijušković Bulatović Krivokapić Lekić Raičević Mugoša Kovačević Pejović Martinović Kalač "
        "Šćepanović Đurović Knežević Vukotić Đurišić Rakočević Božović Čađenović Dragović Drašković Ćetković "
        "Tomašević Pavićević Šljivančanin Muratović Redžepagić Hadžajlić Cmiljanić Žižić Šušić"
    ),
    men=_words(
        "Milo Nikola Marko Luka Petar Filip Vuk Stefan Miloš Danilo Balša Ivan Vladimir Dragan Željko Zoran "
        "Novak Veselin Slavko Radomir Momir Ranko Predrag Darko Blažo Savo Duško Rade Božidar Vasilije Ognjen "
        "Andrija Jovan Aleksa Krsto Šćepan Mirsad Rifat Džemal"
    ),
    women=_words(
        "Milica Jelena Marija Ana Ivana Dragana Andrea Sanja Tamara Nataša Vesna Ljiljana Gordana Radmila Slavica "
        "Nada Stana Darinka Milena Mirjana Jovana Anđela Teodora Dunja Sara Nina Tijana Danijela Snežana Zorica "
        "Kristina Amina Emina Merima"
    ),
    stems=_SLAV_STEMS,
    ends=_SLAV_ENDS,
)
HR: Final = Pool(
    surnames=_words(
        "Horvat Kovačević Babić Marić Jurić Novak Kovačić Vuković Knežević Marković Petrović Matić Tomić Pavlović "
        "Kovač Božić Blažević Grgić Pavić Radić Perić Filipović Šarić Lovrić Vidović Perković Popović Bošnjak "
        "Jukić Barišić Brkić Klarić Šimić Ćosić Đurić Žagar Čop Štimac Škorić Lončar"
    ),
    men=_words(
        "Ivan Marko Josip Stjepan Tomislav Željko Ante Luka Mario Ivica Krešimir Zvonimir Mate Hrvoje Matej "
        "Antonio Filip Davor Branko Dario Tihomir Vedran Goran Darko Zdravko Mladen Petar Nikola Šime Jure Roko"
    ),
    women=_words(
        "Marija Ana Ivana Mirjana Katica Nada Vesna Marina Martina Petra Ivanka Lucija Kata Dragica Ljubica Jelena "
        "Antonija Mia Sara Iva Nika Štefica Đurđica Željka Tea Mateja Nikolina Barbara Snježana Božica"
    ),
    stems=_SLAV_STEMS,
    ends=_words("ić ović ević ec ek ac ak an ar in elj šek inić ačić ušić ančić"),
)
MK: Final = Pool(
    surnames=_words(
        "Stojanovski Jovanovski Trajkovski Petrovski Nikolovski Stojkovski Ristovski Dimitrovski Angelovski "
        "Mitrevski Georgievski Ivanovski Bogdanovski Naumovski Todorovski Spasovski Atanasovski Iliev Stojanov "
        "Trajkov Kostovski Milevski Gjorgjievski Cvetkovski Zafirovski Velkovski Markovski Popovski Nedelkovski "
        "Kjosevski Šikovski Čadikovski Žežovski Dželadini"
    ),
    men=_words(
        "Aleksandar Nikola Goran Zoran Dejan Stefan Igor Dragan Marjan Blagoja Gjorgji Petar Jovan Filip Bojan "
        "Vladimir Darko Trajče Kiril Metodija Risto Toni Goce Vlatko Pero Ljupčo Kire Slavčo Kosta Hristijan"
    ),
    women=_words(
        "Marija Elena Biljana Vesna Aleksandra Ivana Snežana Violeta Suzana Ana Katerina Jasmina Lidija Maja "
        "Natasha Gordana Kristina Elizabeta Bojana Sonja Simona Olivera Valentina Ljubica Verica Angela Žaklina"
    ),
    stems=_SLAV_STEMS,
    ends=_words("ovski evski oski ov ev inski anovski"),
    women_end=(("ski", "ska"), ("ov", "ova"), ("ev", "eva")),
)
_AL_STEMS: Final = _words(
    "Ade Aga Alba Ali Ark Ber Bek Bre Cen Dau Dem Dre Elez Fat Ferr Gash Gec Gjok Gjon Hal Has Ism Jak Kol "
    "Kras Kuq Lek Lul Mal Mar Mem Mus Nik Pal Pren Qer Ram Rex Rus Sej Shal Shk Tah Thaq Tol Ung Veli Voks Xhaf "
    "Xhem Zeq Zog Ymer"
)
_AL_SURNAMES: Final = _words(
    "Hoxha Shehu Prifti Dervishi Leka Marku Gjoka Krasniqi Gashi Berisha Morina Shala Bytyqi Hasani Kastrati Rexhepi "
    "Thaçi Kelmendi Hyseni Sadiku Zeqiri Xhafa Xhaferi Çela Lleshi Ndoja Kola Hoti Mehmeti Osmani Ahmeti Salihu "
    "Rama Haxhiu Islami Limani Maliqi Gjergji Pjetri Ymeri Bajrami Mustafa Halimi Veliu Kryeziu Selimi Muja Duka "
    "Çollaku Llapashtica Nika Basha Meta Berisha Ukaj Tahiri Jashari Haliti Lushaj Gjini"
)
_AL_MEN: Final = _words(
    "Arben Agim Besnik Bujar Dritan Ilir Fatmir Gëzim Luan Petrit Shpëtim Skënder Valon Visar Arian Blerim Driton "
    "Ardian Burim Faton Kushtrim Liridon Mentor Naim Përparim Qemal Ramadan Sami Xhevdet Zef Gjergj Pjetër Ndue "
    "Hysen Rexhep Shaban Avni Bekim Enver Isa"
)
_AL_WOMEN: Final = _words(
    "Blerta Drita Elira Fatmire Flutura Lindita Mimoza Shpresa Teuta Valbona Vjosa Arta Albana Besa Donika Ganimete "
    "Hatixhe Igballe Jehona Kaltrina Lumnije Merita Nora Rudina Sanije Shqipe Vlora Xhevahire Yllka Zana Ajshe "
    "Dorina Entela Majlinda Ermira Dhurata"
)
_AL_ENDS: Final = _words("aj i iu a ani olli ushi eri oli anaj iqi inaj ari emi")
AL: Final = Pool(surnames=_AL_SURNAMES, men=_AL_MEN, women=_AL_WOMEN, stems=_AL_STEMS, ends=_AL_ENDS)
XK: Final = Pool(
    surnames=tuple(reversed(_AL_SURNAMES)), men=tuple(reversed(_AL_MEN)), women=tuple(reversed(_AL_WOMEN)),
    stems=_AL_STEMS, ends=_AL_ENDS,
)  # fmt: skip
TR: Final = Pool(
    surnames=_words(
        "Yılmaz Kaya Demir Şahin Çelik Yıldız Yıldırım Öztürk Aydın Özdemir Arslan Doğan Kılıç Aslan Çetin Kara Koç "
        "Kurt Özkan Şimşek Polat Korkmaz Çakır Erdoğan Güneş Aksoy Avcı Bulut Tekin Taş Turan Güler Keskin Ünal "
        "Bozkurt Sarı Karaca Işık Yavuz Coşkun Gül Ateş Toprak Acar Yüksel Güngör Kaplan Tunç Uçar Ay"
    ),
    men=_words(
        "Mehmet Mustafa Ahmet Ali Hüseyin Hasan İbrahim İsmail Osman Yusuf Murat Ömer Ramazan Halil Süleyman "
        "Abdullah Mahmut Recep Salih Fatih Kadir Emre Hakan Adem Kemal Yaşar Bekir Musa Metin Orhan Serkan Cengiz "
        "Yiğit Eymen Çağrı Oğuz Barış Tuğrul"
    ),
    women=_words(
        "Fatma Ayşe Emine Hatice Zeynep Elif Meryem Şerife Sultan Zehra Hanife Merve Havva Zeliha Esra Özlem Yasemin "
        "Hülya Gülsüm Songül Dilek Büşra Kübra Melek Rabia Sevgi Ebru Leyla Cemile Nurcan Aysel Gönül Çiğdem Şule"
    ),
    stems=_words(
        "Ak Alp Alt Arık Atak Ay Baş Bay Bil Boz Can Çal Çam Çev Dağ Dem Dik Dur Eker Er Es Gök Gün Güm Güz Hak "
        "Kal Kan Kar Kes Kır Kok Kut Ok Oral Öz Pek Saç Sağ Sev Soy Şen Tan Tar Taş Tez Tok Tur Uç Uğ Uz Ül Var "
        "Yağ Yal Yen Yurt Yüc Zor"
    ),
    ends=_words("oğlu demir türk kaya taş er soy gil maz lı cı tepe bulut yurt dağ ten giz kan han baş"),
)
DE: Final = Pool(
    surnames=_words(
        "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein "
        "Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Schmitt Werner Schmitz Krause "
        "Meier Lehmann Schmid Schulze Maier Köhler Herrmann König Walter Mayer Huber Kaiser Fuchs Peters Lang Scholz "
        "Möller Weiß Jung Hahn Vogel Groß Böhm Jäger"
    ),
    men=_words(
        "Peter Michael Thomas Andreas Wolfgang Klaus Jürgen Günter Stefan Christian Uwe Werner Horst Frank Dieter "
        "Manfred Gerhard Hans Bernd Thorsten Mathias Helmut Walter Heinz Martin Jörg Rolf Jens Sven Alexander Jan "
        "Rainer Holger Karl Dirk Ralf Björn Götz Hans-Peter Karl-Heinz"
    ),
    women=_words(
        "Ursula Maria Monika Petra Elisabeth Sabine Renate Helga Karin Brigitte Ingrid Erika Andrea Gisela Claudia "
        "Susanne Gabriele Christa Christine Hildegard Anna Birgit Barbara Gertrud Heike Marianne Elke Martina Angelika "
        "Irmgard Käthe Bärbel Anna-Lena Eva-Maria Jörgine"
    ),
    stems=_words(
        "Acker Alt Bach Berg Blum Brand Burg Dorn Eben Eich Falk Feld Finster Frei Gold Grün Hag Hart Heid Hinter Holz "
        "Kalt Kirch Korn Kraut Kreuz Linden Licht Mühl Nach Ober Ort Rein Ritter Rosen Sand Schön Stein Stern Stock Strauß "
        "Süß Tal Unter Vogel Wald Wasser Weid Wein Wind Winkel Ziegel"
    ),
    ends=_words(
        "er mann müller bauer hofer berger feld stein bach hausen meier ner ig thal burg wald huber el schmidt hoff"
    ),
    given_join="-",
)
IT: Final = Pool(
    surnames=_words(
        "Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo Conti De_Luca Mancini Costa "
        "Giordano Rizzo Lombardi Moretti Barbieri Fontana Santoro Mariani Rinaldi Caruso Ferrara Galli Martini Leone Longo "
        "Gentile Martinelli Vitale Lombardo Serra Coppola De_Santis D'Angelo Marchetti Parisi Villa Conte Ferraro Ferri "
        "Fabbri Bianco Marini Grasso Valentini Dell'Acqua D'Amico Di_Stefano De_Rosa"
    ),
    men=_words(
        "Giuseppe Giovanni Antonio Mario Luigi Francesco Angelo Vincenzo Pietro Salvatore Carlo Franco Domenico Bruno Paolo "
        "Michele Giorgio Aldo Sergio Luciano Andrea Marco Alessandro Matteo Lorenzo Davide Simone Federico Riccardo Nicolò "
        "Gian_Luca Pier_Paolo"
    ),
    women=_words(
        "Maria Anna Giuseppina Rosa Angela Giovanna Teresa Lucia Carmela Caterina Francesca Antonietta Carla Elena Concetta "
        "Rita Margherita Franca Paola Giulia Martina Chiara Sara Alessia Valentina Federica Silvia Maria_Grazia Anna_Maria"
    ),
    stems=_words(
        "Alba Anton Barb Bell Ben Bon Bran Bus Cal Camp Cap Car Cas Cav Cec Cord Crist Don Fab Fal Fer Fior Fus Gar Gat Gra "
        "Guer Lan Lup Mag Mal Man Mar Maz Mor Mus Nap Nard Pag Pal Pas Pel Piz Quar Rap Rav Sal Sant Sar Scar Tad Tar Tor "
        "Val Ven Ver Zan Zuc"
    ),
    ends=_words("ini oni etti ella ato ucci elli aro ese ani one otti ino asco olo iero anti essi"),
)
RU: Final = Pool(
    surnames=_words(
        "Иванов Смирнов Кузнецов Попов Васильев Петров Соколов Михайлов Новиков Фёдоров Морозов Волков Алексеев Лебедев "
        "Семёнов Егоров Павлов Козлов Степанов Николаев Орлов Андреев Макаров Никитин Захаров Зайцев Соловьёв Борисов "
        "Яковлев Григорьев Романов Воробьёв Сергеев Кузьмин Фролов Александров Дмитриев Королёв Гусев Киселёв Ильин "
        "Максимов Поляков Сорокин Виноградов Ковалёв Белов Медведев Щербаков Жуков Цветков Чернышёв Юдин Шевченко Хохлов"
    ),
    men=_words(
        "Александр Сергей Владимир Андрей Алексей Дмитрий Николай Евгений Михаил Юрий Иван Виктор Олег Игорь Максим Павел "
        "Константин Роман Артём Денис Виталий Анатолий Вячеслав Илья Кирилл Антон Василий Фёдор Григорий Тимофей Валерий Семён Яков"
    ),
    women=_words(
        "Елена Ольга Наталья Татьяна Ирина Анна Светлана Мария Екатерина Юлия Людмила Галина Валентина Надежда Нина Анастасия "
        "Любовь Марина Оксана Дарья Алёна Ксения Яна Евгения Зоя Лидия Софья Полина Вера Жанна"
    ),
    stems=_words(
        "Абрам Аксён Арсен Бабуш Барс Бел Блин Бобр Бур Вет Вор Гал Глад Гол Горбач Гриш Дан Дем Дол Дроб Дьяч Ерём Ерш Жар "
        "Жил Зимн Зуб Игнат Ипат Кал Карп Кас Клим Кол Кор Кост Крас Круг Лап Лар Лог Лук Мам Марк Мат Мель Мир Назар Нест "
        "Оси Пан Пет Пим Плот Прох Пуш Раз Род Руд Сав Сав Сид Скоб Стар Стол Сух Тар Тит Тих Трет Тют Ул Фад Фил Харит Хлеб "
        "Цап Чай Черк Шапош Шиш Щег Юм Яхонт"
    ),
    ends=_words("ов ев ин кин ченко ский енко овский ников анов ышев ихин"),
    women_end=(("ский", "ская"), ("ов", "ова"), ("ев", "ева"), ("ёв", "ёва"), ("ин", "ина")),
)
_ARAB_MEN: Final = _words(
    "Mohammed Ahmed Ali Mahmoud Hassan Hussein Omar Khaled Youssef Ibrahim Mustafa Abdullah Abdelrahman Samir Karim Tarek "
    "Walid Nasser Saeed Jamal Fadi Bilal Hamza Ziad Rami Anas Majid Faisal Salah Yasser Adel Hisham Imad Marwan Nabil "
    "Abdelkader Abdelaziz Noureddine Salaheddin Rachid Othman Qasim Ghassan Khalil Dhiyaa Thamer Jaafar Haitham Bassam"
)
_ARAB_WOMEN: Final = _words(
    "Fatima Aisha Mariam Zainab Khadija Sara Noor Layla Amina Huda Rania Salma Yasmin Hanan Samira Nadia Iman Rana Dina "
    "Zahra Asma Ghada Wafaa Souad Maha Abeer Hala Reem Jamila Latifa Naima Rasha Shaima Thuraya Ruqayya Buthaina"
)
AR: Final = Pool(
    surnames=_words(
        "Al-Masri Al-Hassan Al-Ahmad Hussein Mohammed Ali Ibrahim Khalil Mansour Haddad Al-Khatib Al-Jabouri Saleh Hamdan "
        "Abbas Al-Najjar Qasim Darwish Al-Sayed Sharif Mahmoud Al-Baghdadi Hamid Al-Tikriti Khoury Nasser Bakr Al-Shami "
        "Al-Dulaimi Abdullah Salem Zaidan Al-Omari Awad Fares Al-Halabi Ghanem Benali Bouazizi Trabelsi Jaziri El_Amrani "
        "El_Idrissi Bennani Chaoui Al-Rashid Al-Maliki Othman Al-Qaisi Youssef Taha Al-Zoubi"
    ),
    men=_ARAB_MEN,
    women=_ARAB_WOMEN,
    stems=_words(
        "Abd Akr Amr Asad Azz Bad Bak Bash Dah Dar Fah Far Ghar Hab Had Ham Har Hij Iss Jab Jad Jal Kar Kas Khal Khur Lat "
        "Maj Mal Mas Mur Nad Naj Nas Qad Qas Rab Rah Raj Ras Sab Sad Sal Sham Shar Tah Tam Wah Yas Zah Zak Zaid"
    ),
    ends=_words("i an awi ani our im oun ar iyya ad ash aoui ouni id el im ir ouri adi"),
)
AF: Final = Pool(
    surnames=_words(
        "Ahmadi Mohammadi Hosseini Rahimi Karimi Noori Sultani Amiri Haidari Yousufzai Stanekzai Popal Wardak Hotak "
        "Mangal Zadran Barakzai Achakzai Durrani Safi Khan Nazari Rezai Akbari Sharifi Qaderi Habibi Azizi Sadat Hashimi "
        "Faizi Jafari Ebrahimi Alizada Hakimi Osmani Ghani Niazi Shinwari Afridi"
    ),
    men=_words(
        "Ahmad Mohammad Abdul Ghulam Hamid Karim Rahim Najib Zalmay Wali Gul Khan Sayed Mirwais Farid Nasir Hashmat "
        "Habibullah Rahmatullah Asadullah Ezatullah Hekmatullah Esmatullah Najibullah Zabihullah Nematullah Jawad Reza "
        "Mahdi Ali Hussain Omid Ajmal Shafiq Baryalai Zmarai"
    ),
    women=_words(
        "Fatima Zahra Maryam Zainab Shukria Nasrin Farzana Latifa Parwin Gulalai Malalai Spozhmai Palwasha Zarghuna Roya "
        "Masuma Sakina Fereshta Shabnam Nargis Homa Sima Habiba Khadija Laila"
    ),
    stems=_words(
        "Ahm Akb Ali Amin Asad Aziz Bark Dost Faiz Gul Hab Hak Ham Hash Ibr Jab Jam Jan Kar Khal Lat Mah Maj Mir Moh Nab "
        "Nak Nas Nem Noor Pop Qad Qay Rah Ras Saf Sar Sed Shah Sher Sult Taj Wah Wali Yaq Zah Zam"
    ),
    ends=_words("i zai zada yar khil ani mal pur wal ullah jo ar"),
)
IR: Final = Pool(
    surnames=_words(
        "Mohammadi Hosseini Ahmadi Rezaei Karimi Moradi Jafari Hashemi Rahimi Ebrahimi Sadeghi Akbari Ghasemi Mousavi "
        "Heydari Asadi Rostami Bagheri Kazemi Soltani Najafi Nazari Shariati Tehrani Esfahani Shirazi Farahani Zare Amini "
        "Salehi Nouri Habibi Khosravi Golzar Kiani Bahrami Azizi Rafiei Shafiei Ghorbani"
    ),
    men=_words(
        "Mohammad Ali Hossein Reza Mehdi Hassan Ahmad Amir Hamid Saeed Majid Mahmoud Javad Abbas Masoud Behnam Arash Babak "
        "Kourosh Dariush Farhad Siavash Omid Payam Kamran Naser Morteza Mojtaba Ebrahim Yousef Khosrow Jahangir Ghasem"
    ),
    women=_words(
        "Fatemeh Zahra Maryam Masoumeh Sakineh Leila Zeinab Shirin Parisa Nasrin Mahsa Nazanin Elham Samira Somayeh Azadeh "
        "Mina Farah Roya Sara Narges Shahla Soheila Niloufar Golnaz Setareh Khadijeh"
    ),
    stems=_words(
        "Abb Afsh Akb Ard Arj Azar Bahm Beh Dad Dar Esk Far Fath Gol Had Jab Jam Kam Kar Kash Kav Khor Laj Mahd Maj Mans "
        "Mehr Mir Nam Nik Pak Par Pour Qor Rad Raf Ram Sab Sal Sam Shah Shams Tab Taj Vah Yaz Zand Zar"
    ),
    ends=_words("i ian pour zadeh nejad far manesh doust khah vand ani"),
)
PK: Final = Pool(
    surnames=_words(
        "Khan Ahmed Ali Hussain Malik Shah Butt Chaudhry Iqbal Sheikh Qureshi Siddiqui Mirza Bhatti Akhtar Raja Javed "
        "Mahmood Rehman Anwar Aslam Hashmi Abbasi Baig Rana Awan Gondal Cheema Warraich Gill Afridi Yousafzai Khattak "
        "Bugti Mengal Baloch Soomro Memon Dar Mughal"
    ),
    men=_words(
        "Muhammad Ahmed Ali Hassan Hussain Usman Bilal Imran Asif Tariq Khalid Rashid Shahid Nadeem Waqar Faisal Kamran "
        "Adnan Zeeshan Fahad Saad Junaid Irfan Naveed Sajid Arshad Mudassar Waseem Shoaib Zubair Abdul Ghulam Zulfiqar"
    ),
    women=_words(
        "Fatima Ayesha Zainab Maryam Khadija Sana Hira Amna Bushra Nadia Saima Rabia Shazia Samina Uzma Farah Noor Iqra "
        "Mehwish Sidra Nasreen Rukhsana Shabana Tahira Yasmeen Asma"
    ),
    stems=_words(
        "Abb Ahs Akr Alam Anj Arf Asg Bash Bil Chan Dil Faz Gha Gul Hab Haq Ikr Jam Kar Lat Maq Mas Muk Nas Naw Par Qay Rah Sal Sar Shab Tan Umr Wah Yaq Zah"
    ),
    ends=_words("i ani ullah eem wal uddin ar war ana zai jo ro oor"),
)
BD: Final = Pool(
    surnames=_words(
        "Islam Hossain Rahman Ahmed Khan Akter Begum Uddin Alam Hasan Miah Chowdhury Karim Haque Ali Sarkar Das Mia Talukder "
        "Sheikh Kabir Mahmud Bhuiyan Sultana Khatun Molla Biswas Mondal Sikder Howlader Paul Roy Akhter Siddique Mridha"
    ),
    men=_words(
        "Mohammad Md Abdul Rafiqul Shahidul Aminul Nazrul Kamrul Mizanur Habibur Anisur Saiful Jahangir Alamgir Rashed "
        "Shafiqul Tarikul Mahbub Nurul Sirajul Delwar Masud Sohel Rubel Faruk Belal Jasim Monir"
    ),
    women=_words(
        "Fatema Nasima Rokeya Shahnaz Salma Rahima Hasina Khaleda Nargis Shirin Taslima Sharmin Jannatul Sumaiya Moriom "
        "Ayesha Rumana Farzana Nusrat Sabina Parvin Monira Laila"
    ),
    stems=_words(
        "Abu Afz Akb Alt Anw Ash Baz Dul Faz Gaz Haf Ism Jal Kad Kh Lat Mah Maz Muj Nur Osm Qud Raj Sad Sel Shah Tah Waz Yun Zam"
    ),
    ends=_words("ul ur uddin ullah ar im al ir on am ani"),
)

POOLS: Final = {
    "BIH": BA, "SRB": RS, "MNE": ME, "HRV": HR, "MKD": MK, "ALB": AL, "XKX": XK, "TUR": TR, "D": DE, "ITA": IT, "RUS": RU,
    "SYR": AR, "AFG": AF, "IRN": IR, "PAK": PK, "BGD": BD,
}  # fmt: skip
SHARES: Final = {
    "BIH": 16, "SRB": 18, "MNE": 8, "HRV": 7, "MKD": 6, "ALB": 7, "XKX": 6, "TUR": 6, "D": 4, "ITA": 3, "RUS": 4, "SYR": 5,
    "AFG": 4, "IRN": 2, "PAK": 2, "BGD": 2,
}  # fmt: skip
"""Per cent of people by nationality, as at these crossings."""
