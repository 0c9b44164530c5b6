"""Everyday sentences of a post and a desk, for the prose symbols: both scripts, and English.

Written for this purpose; no real case, person or text. They share no sentence with what the benches send.
"""

from __future__ import annotations

from typing import Final

LATIN: Final = (
    "Smjena primljena bez primjedbi.",
    "Vozilo pregledano, ništa sumnjivo nije pronađeno.",
    "Putnik upućen na drugu liniju kontrole radi provjere isprave.",
    "Putnik odbija da potpiše obrazac o odbijanju ulaska.",
    "Veza sa centrom u prekidu, radi se bez mreže.",
    "Veza sa centrom ponovo uspostavljena.",
    "Stranac nema dovoljno sredstava za boravak.",
    "Putovnica istekla, putnik vraćen.",
    "Maloljetno lice putuje bez saglasnosti roditelja.",
    "Pronađene cigarete bez akciznih markica, predmet predat carini.",
    "Kombi napušten na lokalnom putu, registarske oznake skinute.",
    "Zatečena grupa stranaca van graničnog prelaza.",
    "Lice naoružano i opasno, postupati s oprezom.",
    "Molimo provjeru vlasnika vozila i boravišta lica.",
    "Lice nije poznato u našim evidencijama.",
    "Utvrđeno je da isprava nije falsifikovana.",
    "Pečat broj predat sledećoj smeni.",
    "Saobraćaj pojačan, čekanje oko sat vremena.",
    "Nestalo lice, posljednji put viđeno u blizini autobuske stanice.",
    "Zabrana ulaska po odluci ministarstva.",
    "Nalog za hapšenje po presudi suda.",
    "Ne obavještavati lice o provjeri, javiti dežurnom.",
)
CYRILLIC: Final = (
    "Смена примљена без примедби.",
    "Возило прегледано, ништа сумњиво није пронађено.",
    "Путник упућен на другу линију контроле ради провере исправе.",
    "Веза са центром у прекиду, ради се без мреже.",
    "Нестало лице, последњи пут виђено у близини аутобуске станице.",
    "Налог за хапшење по пресуди суда.",
    "Лице наоружано и опасно, поступати с опрезом.",
    "Молимо проверу власника возила и боравишта лица.",
)
ENGLISH: Final = (
    "Traveller sent to the second line to have the document examined.",
    "Vehicle searched, nothing found.",
    "The link to the centre is down; working from the list on this machine.",
    "The person must not learn of the check; call the duty desk.",
)
