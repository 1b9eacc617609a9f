"""Names as an English county has them: mostly White British, with families from everywhere else.

Each heritage carries a Department for Education ethnicity code, its share of the county in tenths of a per cent, and
pools of names for children and for adults, because fashions change. Pools are plain words, one space apart.
"""

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Heritage:
    """One community's names: `code` is the ethnicity code, `share` its weight among families."""

    code: str
    share: int
    surnames: tuple[str, ...]
    girls: tuple[str, ...]
    boys: tuple[str, ...]
    women: tuple[str, ...]
    men: tuple[str, ...]
    languages: tuple[str, ...] = ("English",)


def _heritage(code, share, surnames, girls, boys, women, men, languages="English") -> Heritage:
    """Split the pools into tuples."""
    return Heritage(
        code,
        share,
        *(tuple(pool.split()) for pool in (surnames, girls, boys, women, men)),
        tuple(languages.split(",")),
    )


BRITISH_GIRLS = (
    "Olivia Amelia Isla Ava Ivy Freya Lily Florence Willow Rosie Sophia Poppy Grace Evie Elsie Ella Daisy Phoebe Sienna "
    "Millie Maisie Ruby Harper Esme Erin Eliza Molly Thea Matilda Penelope Luna Robyn Bonnie Summer Lottie Orla Darcie "
    "Eleanor Nancy Imogen Lola Maya Jessica Chloe Holly Skye Keira Bethany Paige Caitlin Megan Lacey Tilly Amber "
    "Niamh Faith Heidi Hallie Aria Mabel Edith Violet Beatrix Hazel Myla Delilah Ottilie Iris Emily Lyra Seren Ffion"
)
BRITISH_BOYS = (
    "Oliver George Noah Arthur Harry Leo Jack Charlie Oscar Jacob Henry Thomas Freddie Alfie Theo William Archie Joshua "
    "James Max Isaac Edward Finley Teddy Lucas Ethan Toby Mason Reuben Rory Jude Louie Albie Frankie Tommy Ronnie Jaxon "
    "Ellis Callum Kian Riley Tyler Logan Dylan Jayden Connor Bradley Kai Ryan Luke Owen Rhys Harvey Stanley Ralph Otis "
    "Hugo Sonny Felix Caleb Rowan Jasper Elijah Ezra Hudson Reggie Bobby Ollie Corey Liam Nathan Zac Gabriel Blake Jonah"
)
BRITISH_WOMEN = (
    "Sarah Emma Laura Rebecca Gemma Claire Kelly Lisa Rachel Nicola Donna Michelle Stacey Hayley Natalie Victoria Leanne "
    "Kirsty Samantha Amy Jodie Becky Danielle Kerry Zoe Joanne Tracy Charlotte Lauren Stephanie Jade Chantelle Toni Carly "
    "Louise Helen Katie Abigail Hannah Lucy Heather Naomi Bryony Tamsin Rhiannon Siobhan Melissa Vicky Alison Karen Jenna"
)
BRITISH_MEN = (
    "David Paul Mark Andrew Lee Craig Darren Wayne Stephen Christopher Matthew Daniel Michael Robert Gary Jason Kevin "
    "Scott Neil Stuart Simon Adam Carl Dean Shaun Ross Gareth Martin Richard Jonathan Benjamin Jamie Lewis Kieran Aaron "
    "Nathan Ashley Phillip Ian Duncan Alex Joe Sam Tom Nick Peter Glen Barry Russell Damian Anthony Luke Ryan Jordan"
)
BRITISH_SURNAMES = (
    "Smith Jones Taylor Brown Williams Wilson Johnson Davies Robinson Wright Thompson Evans Walker White Roberts Green Hall "
    "Wood Jackson Clarke Harris Lewis Turner Hill Cooper Ward Moore Morris Baker Bennett Carter Collins Cook Edwards Parker "
    "Shaw Price Webb Foster Chapman Rogers Gibson Marshall Palmer Hunt Mills Knight Barnes Lloyd Butler Pearson Holmes Dixon "
    "Fletcher Powell Gordon Hughes Stevens Harvey Porter Reynolds Ford Burton Grant Watts Spencer Bradley Lawson Cross Hart "
    "Dyer Vickery Greenslade Pike Sweet Coles Hooper Trott Musgrave Winslade Bagshaw Tranter Loveridge Larkin Pemberton "
    "Ashworth Ramsden Crowther Sugden Holt Entwistle Bickerstaff Threlfall Penrose Trelawney Nance Hocking Bassett Marlow "
    "Thorpe Garland Fenn Drake Wheatley Hollis Teale Brandt Castell Whitcombe Faulkner Doyle Pascoe Rudd Sherwood Tilley "
    "Oakes Prentice Quick Rowe Salter Tolley Underhill Venn Wilding Yeo Yardley Abbot Blackmore Chidgey Dunster Ellicott "
    "Farrow Gillard Haddon Ingram Jewell Kingdon Luxton Merrick Norris Orchard Pritchard Rudge Stagg Tarr Voss Westcott"
)
EUROPEAN_GIRLS = "Zofia Julia Maja Lena Hanna Oliwia Amelia Nikola Sofia Maria Andreea Ioana Elena Beatriz Leonor Gabriela Emilija Luiza"
EUROPEAN_BOYS = "Jakub Szymon Filip Kacper Antoni Oliwier Mateusz Andrei Stefan David Matei Rafael Tiago Dominykas Lukas Mihai Nikolai"

HERITAGES: tuple[Heritage, ...] = (
    _heritage("WBRI", 800, BRITISH_SURNAMES, BRITISH_GIRLS, BRITISH_BOYS, BRITISH_WOMEN, BRITISH_MEN),
    _heritage(
        "WOTH",
        48,
        "Nowak Kowalska Wisniewski Lewandowski Zielinski Szymanska Popescu Ionescu Dumitru Radu Stan Silva "
        "Ferreira Santos Kazlauskas Petrauskas Ozola Novak Horvath Szabo Shevchenko Kovalenko Melnyk",
        EUROPEAN_GIRLS,
        EUROPEAN_BOYS,
        "Marta Agnieszka Katarzyna Monika Ewa Cristina Mihaela Daniela Ana Ilze Ruta Oksana Natalia Ilona",
        "Piotr Tomasz Marek Pawel Krzysztof Ionut Florin Radu Joao Carlos Andrius Viktor Gabor Oleksandr",
        "Polish,Romanian,Portuguese,Lithuanian,Ukrainian,English",
    ),
    _heritage(
        "WIRI",
        7,
        "Murphy Kelly Byrne Walsh Doherty Gallagher Nolan Keane Brennan Quinn",
        "Aoife Saoirse Niamh Ciara Roisin Orla",
        "Cillian Oisin Fionn Cormac Declan Tadhg",
        "Siobhan Sinead Aisling Maeve Grainne Deirdre",
        "Padraig Eamon Conor Brendan Liam Sean",
    ),
    _heritage(
        "WIRT",
        3,
        "Connors Ward McDonagh Maughan Cash Doran Stokes",
        "Kathleen Bridget Margaret Shannon Chantelle Mary",
        "Martin Patrick Johnny Michael Paddy Simon",
        "Bridget Kathleen Nora Winifred Margaret",
        "Martin Patrick John Hughie",
    ),
    _heritage(
        "WROM",
        4,
        "Lee Cooper Boswell Smith Loveridge Penfold Buckland Scamp",
        "Crystal Lavinia Kezia Delilah Mizelli Leanna",
        "Levi Nelson Elijah Jesse Righteous Henry",
        "Kezia Rosina Leonora Britannia Shirley",
        "Elias Noah Levi Nelson Albert",
    ),
    _heritage(
        "AIND",
        16,
        "Patel Sharma Kaur Singh Nair Menon Reddy Rao Desai Gill Nandra Joseph Thomas Pillai Ramanathan",
        "Anaya Diya Aanya Saanvi Simran Jasleen Meera Riya Anjali Isha",
        "Arjun Aarav Vihaan Rohan Jovan Gurveer Ishaan Dev Nikhil Kabir",
        "Priya Sunita Neha Manjit Deepa Lakshmi Harpreet Shilpa Kavita Anita",
        "Rajesh Sanjay Anil Harjit Vikram Suresh Amit Manoj Jaspal Deepak",
        "English,Gujarati,Punjabi,Malayalam,Hindi",
    ),
    _heritage(
        "APKN",
        12,
        "Mirza Khan Hussain Malik Ahmed Iqbal Mahmood Akhtar Sheikh Chaudhry Butt Qureshi",
        "Aisha Zara Fatima Maryam Hafsa Inaya Zainab Amina Sana Eshal",
        "Muhammad Ibrahim Yusuf Hamza Zayd Bilal Haris Ayaan Musa Danyal",
        "Saima Nadia Shazia Rubina Farzana Asma Sadia Noreen Tahira",
        "Imran Asif Tariq Usman Shahid Kashif Waqas Nadeem Faisal",
        "English,Urdu,Punjabi,Pahari",
    ),
    _heritage(
        "ABAN",
        9,
        "Begum Rahman Uddin Miah Islam Choudhury Khatun Hoque Karim",
        "Tahmina Nusrat Mahira Samira Labiba Sumaiya",
        "Rayyan Tahmid Nabil Zakariya Ismail Rafi",
        "Shirin Rukshana Nasima Salma Fahmida Shahida",
        "Abdul Shafiq Mizan Kamal Faruk Jamal",
        "Bengali,Sylheti,English",
    ),
    _heritage(
        "AOTH",
        12,
        "Santos Reyes Cruz Gurung Rai Thapa Perera Fernando Sivakumar Nguyen Ahmadi Karimi Tran",
        "Angel Althea Princess Aarya Sajana Minh Parisa Setareh",
        "Miguel Gabriel Aayush Prabin Dinuka Bao Farhad Omid",
        "Maricel Jocelyn Sunita Manisha Dilani Lan Zahra Marites",
        "Rommel Jun Bishal Krishna Nimal Duc Reza Arnel",
        "Tagalog,Nepali,Tamil,Dari,Vietnamese,English",
    ),
    _heritage(
        "CHNE",
        6,
        "Chen Wong Li Zhang Lau Cheung Wu Lam",
        "Mei Xinyi Chloe Hoi-Yan Jasmine Yuna",
        "Kai Jun Ho-Lam Ethan Haoyu Marcus",
        "Xiaoling Wing-Sze Ying Fang Carmen Suk-Yee",
        "Wei Ka-Ho Jian Kwok-Wai Ming Feng",
        "Cantonese,Mandarin,English",
    ),
    _heritage(
        "BCRB",
        7,
        "Campbell Reid Francis Bailey Morgan Clarke Gordon Blake Lindo",
        "Tianna Shanice Aaliyah Naomi Imani Jada",
        "Jayden Tyrese Malachi Isaiah Kymani Rico",
        "Marcia Sharon Yvonne Camille Keisha Simone",
        "Delroy Marlon Leroy Wayne Junior Errol",
    ),
    _heritage(
        "BAFR",
        16,
        "Okafor Adeyemi Osei Mensah Boateng Achebe Abdi Hassan Mohamed Okonkwo Nkosi Moyo Tesfay Haile Banda Eze",
        "Amara Adaeze Chidera Abena Ama Hodan Ifrah Thandiwe Semhar Zuri",
        "Tobi Chidi Emeka Kwame Kofi Abdirahman Liban Samuel Tinashe Yonas",
        "Grace Ngozi Comfort Abena Fadumo Hodan Rumbidzai Selam Blessing Esther",
        "Emmanuel Kwabena Chinedu Ahmed Abdi Tendai Dawit Joseph Yaw Tunde",
        "English,Igbo,Yoruba,Twi,Somali,Shona,Tigrinya",
    ),
    _heritage(
        "MWBC",
        13,
        "Francis Palmer Campbell Hylton Barrett Pryce Holness",
        "Tia Kiera Aaliyah Shay Jasmine Ellie-Mae",
        "Tyrell Jayden Kaden Leon Marley Zion",
        "Leah Chantel Jade Simone Natasha Ebony",
        "Jerome Marcus Leon Nathan Darnell Reece",
    ),
    _heritage(
        "MWBA",
        9,
        "Okafor-Lane Mensah Bright Diallo Ndlovu-Carter Osei Cole",
        "Zara Nia Amelie Ayana Esther Maya",
        "Kofi Elijah Reuben Zane Micah Jude",
        "Rachel Nicole Amanda Yasmin Joy Hannah",
        "Joshua Daniel Femi Isaac Kwame Paul",
    ),
    _heritage(
        "MWAS",
        12,
        "Begum-Hart Khan Shah Malik Rai Dhillon-West Das",
        "Layla Sofia Leila Anya Zoya Maya",
        "Zayn Adam Idris Kian Rafi Ravi",
        "Yasmin Sophie Leila Natasha Anita Kate",
        "Adil Jay Naveed Sunil Jonathan Kamran",
    ),
    _heritage(
        "MOTH",
        9,
        "Garcia Castellan-Wright Lopes Yilmaz-Day Moreno Tanaka-Bell",
        "Luna Mila Camila Alba Naomi Yuki",
        "Mateo Enzo Diego Kenji Leo Luca",
        "Carla Paula Aylin Mariana Keiko Sofia",
        "Marco Bruno Emre Pablo Kenta Rui",
    ),
    _heritage(
        "OOTH",
        9,
        "Hama Barzani Al-Sayed Haddad Demir Yilmaz Rostami Najjar",
        "Lana Shilan Noor Sara Elif Dilara",
        "Aram Karwan Omar Yousef Emir Deniz",
        "Nasrin Shno Rania Layla Fatma Zeynep",
        "Rebin Azad Khalid Samir Mehmet Hussein",
        "Kurdish,Arabic,Turkish,Farsi",
    ),
    _heritage(
        "NOBT",
        8,
        "Stone Lake Winter Day Frost March",
        "Sky Eden River Indie Nell Wren",
        "Ash Robin Jay Kit Arlo Finn",
        "Jo Alex Robin Lee Frankie Charlie",
        "Lee Chris Sam Jo Pat Terry",
    ),
)
GRANDMOTHERS = "Jean Margaret Patricia Sheila Brenda Maureen Ruth Dorothy Sandra Pauline Carole Christine Barbara Linda".split()
GRANDFATHERS = (
    "Brian Alan Roy Derek Keith Raymond Geoffrey Trevor Malcolm Terence Colin Dennis Graham Leonard".split()
)
_SHARES = [h.share for h in HERITAGES]


def heritage(rng: random.Random) -> Heritage:
    """Draw a family's heritage by its share of the county."""
    return rng.choices(HERITAGES, weights=_SHARES)[0]


def child_name(rng: random.Random, of: Heritage, sex: str) -> str:
    """Draw a child's first name; `sex` is M, F or U. A fifth of children outside the majority bear its names."""
    pool = of if rng.random() < 0.8 else HERITAGES[0]
    if sex == "U":
        sex = rng.choice("MF")
    return rng.choice(pool.girls if sex == "F" else pool.boys)


def adult_name(rng: random.Random, of: Heritage, sex: str) -> str:
    """Draw a parent's first name; `sex` is M or F."""
    return rng.choice(of.women if sex == "F" else of.men)


def surname(rng: random.Random, of: Heritage) -> str:
    """Draw a surname; one majority family in twenty-five has two."""
    first = rng.choice(of.surnames)
    if of.code == "WBRI" and rng.random() < 0.04:
        second = rng.choice(of.surnames)
        return first if second == first else f"{first}-{second}"
    return first
