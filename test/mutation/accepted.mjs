/**
 * Survivors that nobody needs to kill, in groups, by what the mutant is: the kind of the change, what stood there, what
 * stands there instead. A mutant belongs to the first group that it fits.
 */
export const accepted = [
  {
    where: "empty stand-ins: `?? ''`, `= []`",
    mutator: /^(StringLiteral|ArrayDeclaration)$/,
    was: /^(''|\[\])$/,
    why: 'They stand where the type checker asks for a value that is never missed; what is made of them is refused like nothing at all.',
  },
  {
    where: '`?.` before what is there',
    mutator: /^OptionalChaining$/,
    why: 'The type checker asks for it, or Windows (`process.getuid`); without it the same failure has another name.',
  },
  {
    where: 'branches for Windows and macOS',
    was: /win32|darwin|platform|MSYSTEM|powershell|-msvc|process\.getuid/,
    why: 'The run is on Linux; these branches are read, and the suite has tests of them where a platform can be put in.',
  },
  {
    where: 'tidying up: timers, sockets, files, drafts',
    mutator: /^(CallExpression|BlockStatement|ArrowFunction)$/,
    was: /clearTimeout|clearInterval|clear\(|destroy\(|unref\(|\.delete\(|close\(|cutOff|dismiss|sync\(|unlink|quietly|signals\.set|rm\(/i,
    why: 'What is left open or behind ends with the process, which every command ends by itself; tests with whole processes look at what is left.',
  },
  {
    where: 'the last moment of a limit',
    edge: true,
    why: '`>` or `>=`: a millisecond, a byte or an attempt at the very edge of a limit that is no promise.',
  },
  {
    where: 'names of locks',
    was: /^('index'|'settings'|`link \$\{id\}`)$/,
    why: 'Under another name the lock excludes as well; that it does, is what the tests with twenty processes try.',
  },
  {
    where: "the method `'GET'`",
    was: /^'GET'$/,
    becomes: /^""$/,
    why: "Node's own default is the same.",
  },
  {
    where: 'anchors of what a person pastes',
    file: /signin\/pasted-|accounts\/client-secret/,
    mutator: /^Regex$/,
    why: 'How much of a careless paste is tolerated at its ends; what is used of it is checked again.',
  },
  {
    where: 'checks that another check repeats',
    was: /requireIdToken|^true$|typeof tid|!claims|version/,
    file: /identity\/(redeem|new-link|refresh)/,
    why: 'Two locks on one door: oauth4webapi refuses the same token, or the check behind it does.',
  },
  {
    where: 'words that are told while a call is slow',
    file: /accounts\/native-keychain|accounts\/bounded/,
    mutator: /^(StringLiteral|ArithmeticOperator)$/,
    why: 'The notice comes after a second, on a machine of another kind.',
  },
  {
    where: 'what only saves memory, time or a request',
    file: /graph\/bulk\/(tree|queue|lines|wanted)|graph\/(path|request)/,
    mutator:
      /^(ConditionalExpression|BlockStatement|CallExpression|ObjectLiteral|LogicalOperator|EqualityOperator)$/,
    why: 'The folders are the same without it; what it saves is measured by `npm run bench` and the tests of scale.',
  },
]
