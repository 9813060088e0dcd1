/**
 * The command tree. Parsing, help and completion come from this one description; a command's module is loaded
 * only when the command runs.
 */

export interface Option {
  /** Without the dashes. */
  name: string
  short?: string
  /** The placeholder of its value; without one the option is a switch. */
  value?: string
  choices?: readonly string[]
  /** It may be given several times; its value is then a list. */
  multiple?: true
  /** It makes sense only together with this option. */
  with?: string
  help: string
}

/** What was typed: positional arguments, and options by name (a switch is `true`). */
export interface Arguments {
  positional: string[]
  options: Record<string, string | boolean | string[] | undefined>
}

export interface Command {
  summary: string
  /** As the help shows it: `<parent> [name...]`. */
  usage: string
  /** How many positional arguments it takes. */
  arity: readonly [least: number, most: number]
  /** With this option it takes other positional arguments. */
  variant?: { with: string; usage: string; arity: readonly [least: number, most: number] }
  options: readonly Option[]
  /** Shown below the help: what to type, and what it does. */
  examples: readonly (readonly [command: string, effect: string])[]
  notes?: string
  load: () => Promise<{ run: (args: Arguments) => Promise<number | undefined> | Promise<void> }>
}

const json: Option = { name: 'json', help: 'print JSON, errors too' }
const verbose: Option = { name: 'verbose', help: 'show each request on stderr, without secrets' }
const account: Option = {
  name: 'account',
  short: 'a',
  value: 'NAME',
  help: 'a short name, an address or an id',
}
const maxWait: Option = {
  name: 'max-wait',
  value: 'SECONDS',
  help: 'the longest to wait for a busy server, all together (120)',
}
const any = Number.POSITIVE_INFINITY

export const commands = {
  setup: {
    summary: 'lead to an app registration, try it out and keep it',
    usage: '',
    arity: [0, 0],
    options: [
      { name: 'client-id', value: 'ID', help: 'the Application (client) ID; with it nothing else is asked' },
      {
        name: 'kind',
        value: 'KIND',
        choices: ['public', 'web'],
        help: 'without a client secret, or with one (public)',
      },
      {
        name: 'tenant',
        value: 'TENANT',
        help: 'common, organizations, consumers, a domain or an id (common)',
      },
      {
        name: 'cloud',
        value: 'CLOUD',
        choices: ['global', 'usgov', 'dod', 'china'],
        help: 'the Microsoft cloud that the app is registered in (global)',
      },
      { name: 'redirect-uri', value: 'URI', help: 'as it is registered (http://localhost)' },
      { name: 'listen', value: 'HOST:PORT', help: 'where a web server passes on what comes to it' },
      { name: 'scope', value: 'SCOPES', help: 'what to ask for (User.Read Files.ReadWrite.All)' },
      { name: 'steps', help: 'print the steps in the portal, and no more' },
      { name: 'az', help: "print the Azure CLI's command for a new registration, and no more" },
      { name: 'no-login', help: 'save without trying it out' },
      { name: 'device', help: 'try it out by a code, typed on any device' },
      { name: 'no-browser', help: 'print the address and open nothing' },
      { name: 'timeout', value: 'SECONDS', help: 'how long to wait for the browser (300)' },
      json,
      verbose,
    ],
    examples: [
      ['od-link setup', 'in a terminal: asks, leads through the portal, tries it out, keeps it'],
      [
        'od-link setup --client-id 11111111-2222-3333-4444-555555555555',
        'the same with an app that you have',
      ],
      ['od-link setup --kind web --client-id ID < secret.txt', 'a secret is never an argument'],
      ['id=$(sh -c "$(od-link setup --az)")', 'let the Azure CLI make the registration'],
    ],
    notes:
      'A personal account without a directory can no longer register an app; the steps say what to do then.',
    load: () => import('./commands/setup.ts'),
  },
  login: {
    summary: 'link a OneDrive: sign in once, in a browser',
    usage: '',
    arity: [0, 0],
    options: [
      { name: 'client-id', value: 'ID', help: 'the Application (client) ID of your app registration' },
      {
        name: 'tenant',
        value: 'TENANT',
        help: 'common, organizations, consumers, a domain or an id (common)',
      },
      {
        name: 'cloud',
        value: 'CLOUD',
        help: 'global, usgov, dod or china (global)',
      },
      { name: 'device', help: 'sign in by a code, typed on any device' },
      { name: 'no-browser', help: 'print the address and open nothing' },
      {
        name: 'redirect-uri',
        value: 'URI',
        help: 'a registered http://localhost[:port][/path] (any free port)',
      },
      {
        name: 'listen',
        value: 'HOST:PORT',
        help: 'where a web server passes on what comes to an https redirect URI',
      },
      { name: 'scope', value: 'SCOPES', help: 'what to ask for (Files.ReadWrite.All)' },
      { name: 'login-hint', value: 'ADDRESS', help: 'the account to sign in, instead of choosing one' },
      {
        name: 'response-mode',
        value: 'MODE',
        choices: ['query', 'form_post'],
        help: 'how the answer comes back',
      },
      { name: 'as', value: 'NAME', help: 'a short name for this account' },
      {
        name: 'timeout',
        value: 'SECONDS',
        help: 'how long to wait for the person (300; a code: its own time)',
      },
      json,
      verbose,
    ],
    examples: [
      ['od-link login', 'sign in and link that account'],
      ['od-link login --device', 'sign in by a code, on a phone or another computer'],
      ['od-link login --as work --tenant contoso.com', 'link a work account under a short name'],
      ['od-link login --scope Files.ReadWrite', 'ask for less: enough for your own drive'],
      [
        'od-link login --redirect-uri http://localhost:5000/post_onedrive',
        'a "Web" registration with a secret',
      ],
    ],
    notes:
      'Without --device or --no-browser the way in chooses itself: a display and a browser, else an address\nto open anywhere (over SSH, in containers), and what the browser ends up on pasted here.',
    load: () => import('./commands/login.ts'),
  },
  logout: {
    summary: 'remove a link and its tokens from this machine',
    usage: '[account]',
    arity: [0, 1],
    options: [{ name: 'all', help: 'remove every link' }, json, verbose],
    examples: [
      ['od-link logout', 'remove the default link'],
      ['od-link logout work', 'remove the link of that name'],
      ['od-link logout --all', 'remove every link'],
    ],
    load: () => import('./commands/logout.ts'),
  },
  status: {
    summary: 'show who is linked, and until when the link lives',
    usage: '',
    arity: [0, 0],
    options: [{ name: 'check', help: 'renew each link now, and look at its drive' }, account, json, verbose],
    examples: [
      ['od-link status', 'show what this machine knows'],
      ['od-link status --check', 'make sure: exit 4 when a link has ended'],
    ],
    notes:
      'The command in OD_LINK_ON_SIGNIN_NEEDED is run once when Microsoft ends a link; OD_LINK_REASON tells it why.',
    load: () => import('./commands/status.ts'),
  },
  use: {
    summary: 'choose the account that commands use without --account',
    usage: '<account>',
    arity: [1, 1],
    options: [json],
    examples: [['od-link use work', 'by short name, address or id']],
    load: () => import('./commands/use.ts'),
  },
  token: {
    summary: 'print an access token for Microsoft Graph',
    usage: '',
    arity: [0, 0],
    options: [account, json, verbose],
    examples: [
      ['od-link token --json', 'with its expiry and account'],
      [
        'curl -H @<(echo "Authorization: Bearer $(od-link token)") https://graph.microsoft.com/v1.0/me',
        'use it, out of sight of the process list',
      ],
    ],
    load: () => import('./commands/token.ts'),
  },
  mkdir: {
    summary: 'make folders in the linked OneDrive',
    usage: '<parent> [name...]',
    arity: [1, any],
    variant: { with: 'from-file', usage: '--from-file FILE [parent]', arity: [0, 1] },
    options: [
      { name: 'parents', short: 'p', help: 'make missing parents; a folder that exists is fine' },
      {
        name: 'on-conflict',
        value: 'CHOICE',
        choices: ['fail', 'rename', 'reuse'],
        help: 'when the name is taken (fail)',
      },
      { ...account, multiple: true },
      { ...maxWait, help: 'the longest to wait for a busy server (120; a list: 600 a stretch)' },
      json,
      verbose,
      {
        name: 'from-file',
        value: 'FILE',
        help: 'make every path of a list, one a line; - reads standard input',
      },
      { name: 'null', short: '0', with: 'from-file', help: 'the list has NULs between paths: find -print0' },
      { name: 'dry-run', with: 'from-file', help: 'check the list and print its folders; make nothing' },
      { name: 'all-accounts', with: 'from-file', help: 'in every linked OneDrive, side by side' },
      { name: 'jobs', value: 'N', with: 'from-file', help: 'the most batches of 20 under way at once (8)' },
      { name: 'fail-fast', with: 'from-file', help: 'stop at the first failure; else the rest is made' },
      { name: 'resume', with: 'from-file', help: 'make what is missing, which is what it always does' },
      { name: 'quiet', with: 'from-file', help: 'no progress and no summary on stderr' },
    ],
    examples: [
      ['od-link mkdir /Reports', 'make Reports in the root'],
      ['od-link mkdir /Reports 2026 2027', 'make two folders in Reports'],
      ['od-link mkdir -p /Reports/2026/Q1', 'make what is missing; fine if all is there'],
      ['od-link mkdir --on-conflict rename / Upload', 'make Upload, or "Upload 1" if it is taken'],
      [
        'find . -type d -print0 | od-link mkdir -0 --from-file - /Backup',
        'mirror the folders from here down; again, and it makes what is missing',
      ],
    ],
    notes: `Prints the path of each folder, a line each. Exit codes: 0 made, 3 name taken, 4 sign in, 8 no such parent.

With a list, missing parents are made, folders that exist are fine, and --account may be given several times.
What failed comes last on stderr, each path on a line that begins with a slash, so that it can be tried again:
  2>log; grep ^/ log | od-link mkdir --from-file -`,
    load: () => import('./commands/mkdir.ts'),
  },
  api: {
    summary: 'send any request to Microsoft Graph with the link',
    usage: '<path>',
    arity: [1, 1],
    options: [
      {
        name: 'method',
        short: 'X',
        value: 'METHOD',
        choices: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
        help: 'GET; with a body POST',
      },
      { name: 'raw-field', short: 'f', value: 'KEY=TEXT', multiple: true, help: 'a text in the JSON body' },
      {
        name: 'field',
        short: 'F',
        value: 'KEY=JSON',
        multiple: true,
        help: 'true, 12, {"a": 1}, any JSON; @FILE for its text',
      },
      { name: 'header', short: 'H', value: "'NAME: VALUE'", multiple: true, help: 'one header more' },
      { name: 'input', value: 'FILE', help: 'the body; - is standard input' },
      {
        name: 'output',
        value: 'FILE',
        help: 'write the answer there when it is whole; resumes',
      },
      { name: 'upload', value: 'FILE', help: 'put a file of any size at the path' },
      {
        name: 'on-conflict',
        value: 'CHOICE',
        choices: ['fail', 'replace', 'rename'],
        with: 'upload',
        help: 'when its name is taken (fail)',
      },
      { name: 'paginate', help: 'all pages of a list, an item a line' },
      { name: 'slurp', with: 'paginate', help: 'all pages as one array' },
      { name: 'include', short: 'i', help: 'print the status and the headers too' },
      { name: 'silent', help: 'print no answer' },
      account,
      { ...maxWait, help: 'the longest to wait for a busy server, a request (120)' },
      { ...json, help: 'print errors as JSON' },
      verbose,
    ],
    examples: [
      ['od-link api --paginate /me/drive/root/children | jq -r .name', 'list'],
      ['od-link api --upload report.pdf /me/drive/root:/Reports/report.pdf', 'upload'],
      ['od-link api /me/drive/root:/Reports/report.pdf:/content --output report.pdf', 'download'],
      [
        'od-link api -X PATCH /me/drive/items/ID -f name=new.pdf -f parentReference[id]=FOLDER',
        'move and rename',
      ],
      ['od-link api /me/drive/items/ID/createLink -f type=view -f scope=organization', 'share'],
      [
        'od-link api --paginate /me/drive/root/delta',
        'all that changes; its last line has the link to go on with',
      ],
    ],
    notes: `The path is below v1.0 of the link's own Graph, or begins with beta/. The token goes to no other host.
Fields nest (-f a[b]=c) and list (-f a[]=x); with GET, HEAD or --input they are the query. --input is sent as
JSON by POST and PATCH, as bytes by PUT; else say -H 'Content-Type: ...'. In a terminal JSON is laid out.

A refusal prints nothing on stdout without --include. Exit codes: 2 refused as it stands (400 and other 4xx),
3 taken or changed meanwhile (409, 412), 4 sign in (401), 6 Microsoft busy (429, 5xx), 8 not there (404, 410),
9 not allowed, or no space (403, 507). GET, HEAD, PUT and DELETE are repeated after passing trouble; POST and
PATCH only after 429, or 503 with Retry-After: after anything else they may have been done.`,
    load: () => import('./commands/api.ts'),
  },
  config: {
    summary: 'keep the app registration and other settings',
    usage: '<get|set|unset|list> [name] [value]',
    arity: [1, 3],
    options: [json],
    examples: [
      ['od-link config set client-id 11111111-2222-3333-4444-555555555555', 'your app registration'],
      ['od-link config set client-secret', 'asks without echo, or reads standard input; kept in the store'],
      ['od-link config list', 'what is kept, and what overrides it'],
    ],
    notes:
      'Settings: client-id, client-secret, tenant, cloud, redirect-uri, listen, scope, store.\nClouds: global, usgov, dod, china.',
    load: () => import('./commands/config.ts'),
  },
  store: {
    summary: 'move links to another store',
    usage: '<move>',
    arity: [1, 1],
    options: [{ name: 'to', value: 'STORE', help: 'keychain, file or helper:NAME' }, account, json, verbose],
    examples: [
      ['od-link store move --to helper:pass', 'keep all links, now and later, in pass'],
      ['od-link store move --to file --account work', 'that link alone'],
    ],
    notes:
      'A link is written and read back there before it is removed here. helper:NAME runs docker-credential-NAME.',
    load: () => import('./commands/store.ts'),
  },
  doctor: {
    summary: 'look for what keeps a link from working, and tell the cure',
    usage: '',
    arity: [0, 0],
    options: [
      { name: 'cron', help: 'whether it works from cron, and the line for the crontab' },
      { name: 'offline', help: 'leave out what needs the network' },
      account,
      json,
      verbose,
    ],
    examples: [
      ['od-link doctor', 'exit code 0, or that of the first failure'],
      ['od-link doctor --cron', 'start od-link as cron would, and print the line'],
    ],
    notes:
      'The report holds no token, secret or mail address: it can go into a bug report. The line of --cron is\nyours: what you put into variables is in it.',
    load: () => import('./commands/doctor.ts'),
  },
  sandbox: {
    summary: 'serve a stand-in for Microsoft on this machine',
    usage: '',
    arity: [0, 0],
    options: [
      { name: 'port', value: 'N', help: 'the port (any free one)' },
      { name: 'users', value: 'FILE', help: 'the people it knows, as JSON' },
      { name: 'state', value: 'FILE', help: 'keep the drives in this file, from one start to the next' },
      { name: 'latency', value: 'MS', help: 'how long each answer takes (0)' },
      { name: 'access-ttl', value: 'SECONDS', help: 'how long access tokens live' },
      { name: 'secret', value: 'SECRET', help: 'the client secret of its "Web" registration (a random one)' },
      {
        name: 'sign-in',
        value: 'HOW',
        choices: ['page', 'automatic'],
        help: 'ask a person, or take all for agreed (with --json: automatic)',
      },
      { name: 'tls', help: 'serve https, with a certificate authority of its own' },
      {
        name: 'shell',
        value: 'SHELL',
        choices: ['posix', 'fish', 'powershell'],
        help: 'for whom the environment is printed (posix)',
      },
      { name: 'quiet', help: 'print no more than the environment' },
      json,
    ],
    examples: [
      ['od-link sandbox', 'prints the environment that points od-link at it; serves until Ctrl-C'],
      ['od-link sandbox --state drives.json', 'the same drives again tomorrow'],
      ['od-link sandbox --json', 'one line with its origin and control token, for scripts'],
    ],
    load: () => import('./commands/sandbox.ts'),
  },
  demo: {
    summary: 'show the whole way against the sandbox, without an account',
    usage: '',
    arity: [0, 0],
    options: [],
    examples: [['od-link demo', 'link, make folders, outlive an expiry, log out']],
    load: () => import('./commands/demo.ts'),
  },
} as const satisfies Record<string, Command>

export type CommandName = keyof typeof commands
