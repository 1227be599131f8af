"""Nouns that can be the subject of "says": which of them say something, and which only seem to."""

from services.extract.words import words

DOCUMENTS = words(
    """
    report study survey poll statement letter document memo memorandum email e-mail filing lawsuit suit
    complaint indictment affidavit ad advertisement advert editorial article book tweet post website
    site page figure datum statistic census review audit analysis paper law bill act rule order ruling verdict
    judgment judgement transcript note message text notice advisory bulletin brief briefing dossier
    record file evidence footage video recording photo photograph image map test result research
    finding estimate forecast projection assessment index table database count tally release
    manifesto treaty agreement constitution charter contract resolution guideline guidance policy
    plan blueprint magazine journal newsletter blog column obituary diary autobiography memoir log
    petition summary inquiry investigation probe programme program documentary broadcast
    dispatch account testimony profile questionnaire label sign plaque inscription caption
    """
)
"""Lemmas of what holds words, figures or pictures, and so can say, show or find something."""

COLLECTIVE = words(
    """
    group team panel committee board jury crowd public majority minority percent share half third quarter
    number lot family couple pair crew staff side camp coalition alliance opposition regime
    administration city town village county state province country nation region world community
    church school university college hospital club union association society foundation charity
    company firm bank shop store airline industry sector market press media police military army navy force
    house senate congress parliament court cabinet council government ministry department agency office
    authority embassy palace kremlin  station channel outlet network newspaper paper service bureau
    institute institution centre center organisation organization movement party league delegation
    mission fund trust tribunal commission federation corporation
    management leadership audience generation household
    """
)
"""Lemmas of people together, who speak with one voice or are quoted as one."""

_THINGS = words(
    """
    story film movie song card bridge river road street wall box ball car train plane ship tree stone wind storm
    rain snow sun moon fire smoke water food money dollar pound euro price rate cost tax wage reason cause
    effect fact way thing matter issue problem question answer point step move case example day week
    month year time moment past future history life death war battle fight game season goal
    score win loss defeat victory vote ballot name word phrase term title headline
    increase decrease drop rise fall gain surge jump decline growth trend gap shift change level amount size
    dress hat shoe phone computer screen machine device engine tool weapon gun bomb drug vaccine disease virus
    hole part piece place area scene stage room door window roof building tower hotel
    approach method system process scheme project deal offer bid attempt effort
    attack strike crash accident incident event ceremony visit trip tour talk chat
    language tone style voice mood feeling emotion fear hope anger pride shame love hate
    """
)
_ABSTRACT = ("ness", "ism", "ity", "hood", "ship", "dom", "ance", "ence", "ment", "tion", "sion")
_FRAMES = words("first second third fourth fifth last final next top bottom left right middle")


def says_nothing(lemma: str, before: str = "") -> bool:
    """Whether a common noun is a thing or a quality, which a reader would not name as a speaker.

    `before` is the word before it: "the first panel" is a picture's, "the panel" is people.
    """
    if lemma == "panel" and before in _FRAMES:
        return True
    if lemma in DOCUMENTS or lemma in COLLECTIVE:
        return False
    return lemma in _THINGS or (len(lemma) > 6 and lemma.endswith(_ABSTRACT))
