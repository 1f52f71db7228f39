"""Abbreviations by what may follow their full stop, and words that begin sentences.

All are in lower case and without the last full stop, but for the words that begin
sentences.
"""

from __future__ import annotations


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


NEVER_LAST = _set("e.g i.e eg ie cf viz vs v ca c approx incl excl esp resp aka")
TITLES = _set(
    "mr mrs ms mx dr prof rev hon gen col lt maj capt cmdr cpl sgt adm gov sen rep "
    "pres messrs mme mlle fr msgr supt insp st mt ft amb brig"
)
PLACES = _set("st mt ft")  # "Main St." may end a sentence, "Mr." may not
BEFORE_NUMBERS = _set(
    "no nos nr fig figs tab eq eqs eqn ref refs sec secs sect vol vols ch chap art "
    "arts p pp par para app ex col ser ed jan feb mar apr jun jul aug sep sept oct "
    "nov dec ver rev item approx ca c circa min max cl reg tel ext op"
)
COMPANIES = _set("co corp inc ltd cos bros plc llc assn dept univ inst mfg intl natl")
AFTER_COMPANY = _set("ltd inc kg kgaa limited llc pte pty gmbh corp lp plc")
_OTHERS = _set(
    "al etc bn mn tn mio mrd mil est jr sr esq ad bc hr hrs min sec wk mo yr yrs lb "
    "lbs oz kg km cm mm mg ml sq cu temp avg std dist misc orig ibid op loc ave blvd "
    "rd bldg apt ste govt div ass'n int'l nat'l calif conn tenn mon tue tues wed thu "
    "thur thurs fri tech sci eng med publ repr trans suppl biol chem phys biochem "
    "proc acad lett comm"
)
# Words among them that end sentences at least as often: only what follows can tell.
_ALSO_WORDS = _set("no art col item min max wed mar app ex ad")
UNCERTAIN = (NEVER_LAST | TITLES | BEFORE_NUMBERS | COMPANIES | _OTHERS) - (_ALSO_WORDS)
# Written in capitals, any other word is a name: "ED", "MS", "AD".
IN_CAPITALS = COMPANIES | _set("no nos vs mr mrs dr jr sr")
MONTHS = _set(
    "january february march april may june july august september october november "
    "december januar februar märz mai juni juli oktober dezember"
)
# Words that begin a sentence and hardly ever continue a name.
STARTERS = _set(
    "The A An This That These Those It Its He She They We You In On At By For From "
    "With To As If When While After Before Since Although Though However Moreover "
    "Furthermore Therefore Thus Hence But And So Yet His Her Their Our My Your There "
    "Here What Where Why How Which Both Each Every Some Many Several Not Also Then "
    "Now Today Later Earlier Meanwhile Because Until Unless During Among According "
    "Despite Instead Such Another Is Are Was Were Do Does Did Has Have Can Will"
)
