"""Words by which a place name is told from a government, a firm or a nationality."""

from services.extract.wordlists import word_set

LOCATIVE = word_set(
    """
    in at near off across throughout outside inside around along over through into within between
    beyond towards toward onto via against amid
    """
)
"""Prepositions of being or moving somewhere."""

DIRECTIONAL = word_set("to from for")
"""Prepositions of going somewhere, or of dealing with somebody."""

MOTION = word_set(
    """
    go come fly travel move arrive return flee drive sail walk march run deport send ship export import
    deliver bring take carry transfer extradite migrate spread flight trip journey visit export import
    shipment road route line pipeline train bus ferry depart leave head bind bound way migration trip
    tour evacuate withdraw retreat escape stretch extend fall shift relocate
    """
)
"""Lemmas of going and carrying."""

SPEAKERS = word_set(
    """
    official lawmaker government minister diplomat authority regime leader source politician policymaker
    aide administration negotiator envoy ministry
    """
)
"""Those for whom "in Washington" means a government rather than a town."""

GOVERNING = SPEAKERS | word_set(
    """
    president king queen premier chancellor parliament senate congress army police ambassador embassy
    state bank court
    """
)
"""Nouns that a country owns by being their country: "France's president" says nothing of where."""

VIEWS = word_set(
    """
    policy offer response decision claim demand position statement threat plan move ban proposal stance
    refusal view call ally interest warning sanction patience relation
    """
)
"""What a capital has only as a government: "Beijing's policy"."""

HOLDING = word_set("record see experience register suffer endure")
"""Verbs whose subject, a country, is where it happened: "Spain recorded 40 fires"."""

REACHING = word_set(
    "visit leave enter reach invade hit strike cross tour flood devastate batter ravage quit cover"
)
"""Verbs whose object is a place."""
