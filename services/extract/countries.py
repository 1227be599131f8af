"""Countries, their capitals and their people: which names in a text mean one government."""

_TABLE = """
Afghanistan|Kabul|Afghan
Albania|Tirana|Albanian
Algeria|Algiers|Algerian
Angola|Luanda|Angolan
Argentina|Buenos Aires|Argentine,Argentinian
Armenia|Yerevan|Armenian
Australia|Canberra|Australian
Austria|Vienna|Austrian
Azerbaijan|Baku|Azerbaijani,Azeri
Bahrain|Manama|Bahraini
Bangladesh|Dhaka|Bangladeshi
Belarus|Minsk|Belarusian
Belgium||Belgian
Belize|Belmopan|Belizean
Benin|Porto-Novo|Beninese
Bhutan|Thimphu|Bhutanese
Bolivia|La Paz|Bolivian
Bosnia and Herzegovina|Sarajevo|Bosnian|Bosnia
Botswana|Gaborone|Motswana
Brazil|Brasilia,Brasília|Brazilian
Brunei|Bandar Seri Begawan|Bruneian
Bulgaria|Sofia|Bulgarian
Burkina Faso|Ouagadougou|Burkinabe
Burundi|Gitega|Burundian
Cambodia|Phnom Penh|Cambodian
Cameroon|Yaoundé,Yaounde|Cameroonian
Canada|Ottawa|Canadian
Central African Republic|Bangui|Central African
Chad|N'Djamena|Chadian
Chile|Santiago|Chilean
China|Beijing|Chinese|People's Republic of China,PRC
Colombia|Bogota,Bogotá|Colombian
Costa Rica|San José,San Jose|Costa Rican
Croatia|Zagreb|Croatian
Cuba|Havana|Cuban
Cyprus|Nicosia|Cypriot
Czech Republic|Prague|Czech|Czechia
Democratic Republic of the Congo|Kinshasa|Congolese|DRC,DR Congo
Denmark|Copenhagen|Danish
Djibouti||Djiboutian
Dominican Republic|Santo Domingo|Dominican
Ecuador|Quito|Ecuadorian
Egypt|Cairo|Egyptian
El Salvador|San Salvador|Salvadoran
Eritrea|Asmara|Eritrean
Estonia|Tallinn|Estonian
Eswatini|Mbabane|Swazi
Ethiopia|Addis Ababa|Ethiopian
Fiji|Suva|Fijian
Finland|Helsinki|Finnish
France|Paris|French
Gabon|Libreville|Gabonese
Gambia|Banjul|Gambian|The Gambia
Georgia|Tbilisi|
Germany|Berlin|German
Ghana|Accra|Ghanaian
Greece|Athens|Greek
Guatemala||Guatemalan
Guinea|Conakry|Guinean
Guyana|Georgetown|Guyanese
Haiti|Port-au-Prince|Haitian
Honduras|Tegucigalpa|Honduran
Hungary|Budapest|Hungarian
Iceland|Reykjavik,Reykjavík|Icelandic
India|New Delhi,Delhi|Indian
Indonesia|Jakarta|Indonesian
Iran|Tehran|Iranian|Islamic Republic of Iran
Iraq|Baghdad|Iraqi
Ireland|Dublin|Irish
Israel|Jerusalem|Israeli
Italy|Rome|Italian
Ivory Coast|Yamoussoukro|Ivorian|Côte d'Ivoire
Jamaica|Kingston|Jamaican
Japan|Tokyo|Japanese
Jordan|Amman|Jordanian
Kazakhstan|Astana|Kazakh
Kenya|Nairobi|Kenyan
Kosovo|Pristina|Kosovar
Kuwait||Kuwaiti
Kyrgyzstan|Bishkek|Kyrgyz
Laos|Vientiane|Laotian
Latvia|Riga|Latvian
Lebanon|Beirut|Lebanese
Lesotho|Maseru|Basotho
Liberia|Monrovia|Liberian
Libya|Tripoli|Libyan
Lithuania|Vilnius|Lithuanian
Luxembourg||Luxembourgish
Madagascar|Antananarivo|Malagasy
Malawi|Lilongwe|Malawian
Malaysia|Kuala Lumpur,Putrajaya|Malaysian
Maldives|Malé|Maldivian
Mali|Bamako|Malian
Malta|Valletta|Maltese
Mauritania|Nouakchott|Mauritanian
Mauritius|Port Louis|Mauritian
Mexico|Mexico City|Mexican
Moldova|Chisinau,Chișinău|Moldovan
Mongolia|Ulaanbaatar|Mongolian
Montenegro|Podgorica|Montenegrin
Morocco|Rabat|Moroccan
Mozambique|Maputo|Mozambican
Myanmar|Naypyidaw,Naypyitaw|Burmese|Burma
Namibia|Windhoek|Namibian
Nepal|Kathmandu|Nepali,Nepalese
Netherlands|The Hague,Amsterdam|Dutch
New Zealand|Wellington|New Zealander
Nicaragua|Managua|Nicaraguan
Niger|Niamey|Nigerien
Nigeria|Abuja|Nigerian
North Korea|Pyongyang|North Korean|DPRK
North Macedonia|Skopje|Macedonian
Norway|Oslo|Norwegian
Oman|Muscat|Omani
Pakistan|Islamabad|Pakistani
Palestine|Ramallah|Palestinian
Panama|Panama City|Panamanian
Papua New Guinea|Port Moresby|Papuan
Paraguay|Asunción,Asuncion|Paraguayan
Peru|Lima|Peruvian
Philippines|Manila|Filipino,Philippine
Poland|Warsaw|Polish
Portugal|Lisbon|Portuguese
Qatar|Doha|Qatari
Romania|Bucharest|Romanian
Russia|Moscow|Russian|Russian Federation
Rwanda|Kigali|Rwandan
Saudi Arabia|Riyadh|Saudi
Senegal|Dakar|Senegalese
Serbia|Belgrade|Serbian
Sierra Leone|Freetown|Sierra Leonean
Singapore||Singaporean
Slovakia|Bratislava|Slovak
Slovenia|Ljubljana|Slovenian
Somalia|Mogadishu|Somali
South Africa|Pretoria|South African
South Korea|Seoul|South Korean|Republic of Korea
South Sudan|Juba|South Sudanese
Spain|Madrid|Spanish
Sri Lanka|Colombo|Sri Lankan
Sudan|Khartoum|Sudanese
Suriname|Paramaribo|Surinamese
Sweden|Stockholm|Swedish
Switzerland|Bern,Berne|Swiss
Syria|Damascus|Syrian
Taiwan|Taipei|Taiwanese
Tajikistan|Dushanbe|Tajik
Tanzania|Dodoma|Tanzanian
Thailand|Bangkok|Thai
Togo|Lomé,Lome|Togolese
Trinidad and Tobago|Port of Spain|Trinidadian
Tunisia|Tunis|Tunisian
Turkey|Ankara|Turkish|Türkiye
Turkmenistan|Ashgabat|Turkmen
Uganda|Kampala|Ugandan
Ukraine|Kyiv,Kiev|Ukrainian
United Arab Emirates|Abu Dhabi|Emirati|UAE
United Kingdom|London|British|UK,U.K.,Britain,Great Britain
United States|Washington,Washington D.C.|American|US,U.S.,USA,U.S.A.,United States of America,America
Uruguay|Montevideo|Uruguayan
Uzbekistan|Tashkent|Uzbek
Vatican City|Vatican||Holy See
Venezuela|Caracas|Venezuelan
Vietnam|Hanoi|Vietnamese
Yemen|Sanaa|Yemeni
Zambia|Lusaka|Zambian
Zimbabwe|Harare|Zimbabwean
"""


def _load() -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    names: dict[str, str] = {}
    capitals: dict[str, str] = {}
    people: dict[str, str] = {}
    for row in _TABLE.strip().splitlines():
        name, cities, demonyms, *aliases = row.split("|")
        for alias in (name, *(aliases[0].split(",") if aliases else ())):
            names[alias.lower()] = name
        capitals.update({city.lower(): name for city in cities.split(",") if city})
        people.update({word.lower(): name for word in demonyms.split(",") if word})
    return names, capitals, people


NAMES, CAPITALS, DEMONYMS = _load()
"""Lower-case names, capitals and demonyms to the country's name."""

_SEATS = {
    "kremlin": "Russia",
    "downing street": "United Kingdom",
    "élysée": "France",
    "elysee": "France",
}


def government_of(phrase: str) -> str | None:
    """The country that `phrase`, as one who speaks, stands for: its name, its capital, its seat; else none."""
    words = phrase.strip().lower().removeprefix("the ").strip()
    return NAMES.get(words) or CAPITALS.get(words) or _SEATS.get(words)


def country_in(words: set[str]) -> set[str]:
    """The countries that lower-case `words` name or describe ("us", "chinese")."""
    return {
        NAMES.get(word) or DEMONYMS[word] for word in words if word in NAMES or word in DEMONYMS
    }
