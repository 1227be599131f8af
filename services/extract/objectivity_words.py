"""Our own word lists for telling judgement from report; lemmas or lower-case words, one table a sort.

They were written from general knowledge of English, not taken from or fitted to labelled data.
"""

from services.extract.wordlists import word_set

EVALUATIVE = word_set(
    """
    abject absurd abysmal admirable adorable alarming amazing amusing annoying appalling arrogant
    artificial astonishing astounding atrocious awesome awful awkward backward bad baffling banal barbaric
    beautiful beloved bizarre bland bleak blatant blind bloated bogus boring brave brazen breathtaking
    brilliant brutal callous careless catastrophic chaotic charming cheap cheerful chilling clever clownish
    clumsy comic comical compelling complacent contrived convenient corrupt costly courageous cowardly crass
    crazy creepy cringeworthy crooked crucial cruel crude cunning curious cynical damning dangerous decadent
    decent delicious delightful delusional demented deplorable depressing despicable desperate destructive
    devastating devious difficult dire dirty disastrous disappointing disgraceful disgusting dishonest
    dismal distasteful disturbing divisive dodgy draconian dreadful dreary dubious dull dumb dysfunctional
    earnest eerie elegant elitist embarrassing empty enormous entertaining evil excellent excessive
    exciting exorbitant explosive extraordinary extreme fabulous fair fake fanatical fantastic farcical
    fascinating fashionable fatuous feeble fearless filthy fine flawed flimsy foolish frantic friendly
    frightening frivolous frustrating futile ghastly glaring gloomy glorious gorgeous great greedy grim
    grotesque grown-up gullible happy harmful harsh hateful heartbreaking heartless hideous hilarious
    hollow honest hopeless horrendous horrible horrid horrific hostile huge humiliating hypocritical hysterical
    ideal idiotic ignorant illogical immense immoral impeccable important impossible impressive inane
    incompetent incredible indefensible ineffective inept inevitable inexcusable inexplicable infamous
    inhuman innocent insane insidious insincere inspiring insulting interesting intolerable invaluable ironic
    irrational irresponsible irritating joyless laughable lazy legendary lofty loony lousy lovely lucky
    ludicrous mad magical magnificent malicious marvellous marvelous masterful meaningless mean mediocre
    memorable menacing mindblowing mindless miraculous miserable misguided misleading modest monstrous
    moronic mysterious naive nasty needless nefarious nice noble nonsensical notorious obnoxious
    obscene obvious odd odious ominous outrageous outstanding overblown painful paltry paranoid pathetic
    peculiar perfect perilous pernicious perverse petty phony phoney pitiful plausible pleasant pointless
    poisonous poor popular powerful precious preposterous pretentious prudent puerile puzzling quaint radical
    rash reasonable reckless refreshing regrettable relentless remarkable repugnant repulsive ridiculous
    righteous rotten rude ruinous ruthless sad sane sensational sensible serious shabby shady shallow shameful
    shameless sheer shocking shoddy sick silly simplistic sinister sleazy slick smart smug sober sordid
    sorry spectacular specious spineless splendid spurious staggering stark startling stellar strange striking
    stubborn stunning stupendous stupid sublime suicidal superb superficial surprising surreal suspicious
    sweet tacky tasteless tedious tempting terrible terrific terrifying thoughtful thoughtless timid tireless
    toothless toxic tragic treacherous treasonous tremendous trivial troubling tyrannical ugly unacceptable unbearable
    unbelievable uncanny unconscionable undemocratic undeniable uneasy unfair unfit unforgivable unfortunate
    unhappy unhinged unholy unimaginable unjust unlucky unpleasant unprincipled unreal unreasonable unseemly
    unspeakable unthinkable unwise unworthy useful useless vain valiant vapid venal vibrant vicious vile vital
    vulgar wacky weak weary weird wicked wild wise woeful wonderful worrying worse worst worthless worthy
    wrong wrongheaded zealous better best good bright hard-won hard-headed well-meaning self-serving so-called
    far-fetched long-suffering half-baked one-sided two-faced mean-spirited heavy-handed soulless clueless
    """
)
"""Adjectives that judge."""

LOADED = word_set(
    """
    absurdity agitprop alarmism alarmist apologist arrogance atrocity betrayal bias bigot bigotry blunder boondoggle
    bully bureaucrat calamity carnage catastrophe chaos charade charlatan clown complacency
    con contempt coward cowardice crackpot cronyism cruelty cult debacle deceit decadence delusion demagogue despair
    despot destruction disaster disgrace dogma doom drivel dystopia egotism elite elitism establishment
    evil excess excuse extremism extremist failure fallacy fanatic fantasy farce fascism fascist fearmongering fiasco
    folly fool fraudster frenzy fury garbage genius ghoul gimmick globalist gloom glory greed grievance
    hack handout hate hatred havoc hero heroism hoax horror hubris humbug hypocrisy hypocrite hysteria idiot
    idiocy ideologue ignorance illusion imbecile incompetence indoctrination injustice insanity insult irony
    jackpot joke joy junk lackey lapdog liar lie luck lunacy lunatic madness mania mayhem menace mess mirage
    misery mob mockery monster moron mouthpiece myth naivety nightmare nonsense oligarch oppression oppressor orgy
    outrage overreach paradise paradox paranoia parasite pawn phoney pipe-dream plague plight plunder
    pretence pretense prejudice propaganda puppet quagmire racket radical rant regime ruin rubbish sabotage sham shambles
    shame shill shock sin slogan smear spectacle spin stupidity subterfuge swamp swindle thug
    tragedy traitor travesty treachery trick triumph trope turmoil tyranny tyrant ugliness
    utopia vandal vanity vice victory villain virtue vitriol warmonger weakness welfare-queen whim wisdom wonder
    woke wokeness wokery zeal zealot mantra cabal crony despoiler stooge scam scaremongering ploy lure
    """
)
"""Nouns that judge what they name."""

LOADED_VERBS = word_set(
    """
    abuse applaud bemoan betray blunder boast brainwash bully butcher cajole cherish coddle concoct con
    cower cripple crow cudgel deceive defile deign demonise demonize denigrate deride deserve despise destroy detest
    devour dupe embarrass enslave exploit fawn flout foist fret gloat glorify goad gobble grandstand
    gut gush hamper hijack hoodwink hound humiliate idolise idolize indoctrinate infest inflict kowtow lament lavish lecture
    loathe loot lurch mangle manipulate masquerade meddle mislead mock mollycoddle muddle nag obsess ooze
    oppress pander panic parrot peddle pester pillage plague plunder pontificate preach pretend prattle punish purport
    quash ram rant ravage relish rig rip rob ruin sabotage scapegoat scold scoff seduce shove sneer
    shackle smear smother snub spew spout squander squeal stampede stifle stoke suck swindle trample trash trumpet
    undermine unleash vilify wallow warp waste whine wreak wreck abhor adore hate love admire enjoy rejoice
    """
)
"""Verbs that judge what is done."""

ATTITUDE = word_set(
    """
    absolutely absurdly actually admittedly alas allegedly amazingly apparently arguably astonishingly
    badly basically blatantly blindly brilliantly certainly clearly conveniently curiously cynically
    definitely deservedly desperately disgracefully effectively essentially evidently fortunately frankly
    genuinely happily hardly honestly hopefully importantly incredibly indeed inevitably inexplicably
    ironically laughably literally luckily merely miraculously mercifully naturally needlessly notably obviously oddly
    of-course ostensibly painfully paradoxically perhaps plainly predictably presumably probably
    purely rarely rashly really regrettably remarkably ridiculously rightly sadly scarcely seemingly seriously
    shamefully shamelessly simply sensibly strangely stupidly supposedly surely surprisingly thankfully totally
    tragically truly undoubtedly undeniably unfairly unfortunately unquestionably unsurprisingly utterly wisely wrongly
    maybe doubtless needless
    """
)
"""Adverbs of the writer's attitude."""

INTENSE = word_set(
    """
    all-too altogether amazingly awfully completely deeply downright dramatically ever entirely especially
    exactly exceedingly exceptionally extremely fairly far fully greatly hugely increasingly infinitely
    intensely just largely massively mightily never nothing outright particularly perfectly positively pretty
    profoundly quite rather severely sharply so somewhat such terribly thoroughly too total utter very vastly
    wholly wildly always forever everyone everybody nobody everything anybody
    """
)
"""Words that turn the volume up or generalise."""

HEDGES = word_set(
    """
    appear assume believe doubt feel guess hope imagine likely maybe mean perhaps possibly presume probable seem
    speculate suggest suppose suspect tend think unlikely wish wonder argue look sound guess
    """
)
"""Verbs and adverbs that mark a view as a view."""

STANCE_OPENERS = word_set(
    """
    but and so yet still now well no yes oh okay indeed instead perhaps maybe then or nor of sadly why how
    what who where imagine consider let just even surely not
    """
)
"""Words that arguments and rhetorical questions like to begin with."""

DEONTIC = word_set("should must ought need shall cannot dare")
"""Modals of what ought to be."""

GROUPS = word_set(
    """
    people society nation world politics power truth freedom democracy justice morality culture history
    ideology value elite media citizen folk humanity civilization civilisation generation liberal
    conservative
    """
)
"""Nouns by which comment speaks of everybody rather than of somebody."""

HOLDING = word_set(
    """
    think believe feel know understand realize realise remember forget hope fear wish love hate imagine
    wonder suspect doubt guess suppose pretend seem appear deserve matter mean
    """
)
"""Verbs of holding a view."""

REPORTING = word_set(
    """
    say tell report announce state add note write claim explain confirm declare warn argue comment reply
    recall estimate reveal show find insist describe testify allege accord cite quote publish release ask
    """
)
"""Verbs that hand the judgement to somebody else."""

FIRST_PERSON = word_set("i me my mine myself we us our ours ourselves")
SECOND_PERSON = word_set("you your yours yourself yourselves")
POINTERS = word_set("this that these those it")
"""What a sentence that comments on the one before begins with."""
