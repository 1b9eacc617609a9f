"""Short forms of first names that English records use for one person. One line, one person's possible names."""

GROUPS = """
abigail abi abbie abby gail
aleksandra alexandra alex sandra lexi lexie sasha
alexander alex alec sandy xander aleksander
alfred alfie fred freddie alf
amelia millie milly amy mia
andrew andy drew andrzej
angela angie ange
anthony tony ant
antonia toni
archibald archie
arthur art artie
barbara barb babs
benjamin ben benny benji
bethany beth bethan
catherine katherine kathryn katharine cathy kathy kate katie katy kat cath kitty katarzyna
cameron cam
charles charlie chas chaz
charlotte charlie lottie lotte
christina kristina chrissie tina chris
christopher chris kit topher krzysztof
daniel dan danny
danielle dani danni
david dave davey davy
deborah debbie deb debs debra
dominic dom
dorothy dot dottie
edward ed eddie ted teddy ned
eleanor ellie nell nellie elle nora ella
elizabeth elisabeth liz lizzie beth betty libby eliza lilibet bess elsie
emily em emmie millie
emma em emmie
finley fin finn finlay
frances fran frankie
francis frank frankie
frederick fred freddie freddy
gabriel gabe
gabriella gabrielle gabby ella
geoffrey jeffrey geoff jeff
georgia georgie georgina gina george
gerald gerry jerry
grace gracie
gregory greg
harold harry hal
harriet hattie harri
henry harry hal hank
isaac zac ike
isabella isabelle isabel isobel bella izzy belle izzie isla
jack john jackie
jacob jake jakub jay
jacqueline jackie jacqui
james jim jimmy jamie jay
janet jan
jasmine jas jazz jazmin yasmin
jennifer jen jenny jennie
jessica jess jessie
joanna joanne jo joe
jonathan jon jonny jonathon johnny
john johnny jon jack jan
joseph joe joey
josephine josie jo
joshua josh
judith judy jude
julia julie jules
katelyn caitlin kate katie
kenneth ken kenny
kimberley kim kimberly
lawrence laurence larry laurie loz
leonard leo len lenny leon
leonardo leo
lewis louis lou louie lewie
lillian lilian lily lil lilly
louisa louise lou
lucas luke luca
lucinda lucy cindy
madeleine madeline maddie maddy
malcolm malc mal
margaret maggie meg megan peggy margie greta daisy
maria mary mia marie
martin marty
mary molly polly may
matilda tilly tilda mattie
matthew matt matty mateusz mat
maxwell maxim maximilian max maxine
megan meg meggie
melissa mel lissa
melanie mel
michael mike mick micky mikey michal
michelle shelly shell chelle
mohammed muhammad mohammad mohamed muhammed mohd mo muhamed
mollie molly
nathan nathaniel nate nat
natalie nat natasha tasha
nicholas nick nicky nico nikolas
nicola nicky nikki
oliver ollie olly oli
olivia liv livvy livvie ollie
pamela pam
patricia pat trish tricia patsy
patrick pat paddy
penelope penny
peter pete piotr
philip phillip phil pip
philippa pippa pip
rachel rach rachael
raymond ray
rebecca becky becca bex
richard rick ricky dick rich richie
robert rob bob bobby robbie bert
roberta bobbie robbie
ronald ron ronnie
rosemary rose rosie
rosalind rosie ros
samantha sam sammy
samuel sam sammy
sarah sara sally sadie
sebastian seb
sophia sophie sofia zofia soph
stephanie steph stef
stephen steven steve stevie stefan
susan sue susie suzy suzanne
teresa theresa terri tess tessa
terence terry
theodore theo ted teddy
thomas tom tommy thom tomasz
timothy tim timmy
tobias toby
tyler ty
valerie val
victoria vicky tori vic vicki
vincent vince vinny
vivian viv vivien
wayne way
william will bill billy willie liam
zachary zac zach zack zak zachariah
"""

GROUPS_OF: dict[str, set[int]] = {}
for _number, _line in enumerate(GROUPS.strip().splitlines()):
    for _name in _line.split():
        GROUPS_OF.setdefault(_name, set()).add(_number)


def may_be_short_for(one: str, other: str) -> bool:
    """Whether two first names, in plain lower-case letters, are used for one person."""
    return not GROUPS_OF.get(one, set()).isdisjoint(GROUPS_OF.get(other, set()))
