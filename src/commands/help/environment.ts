import type { Row } from '../../cli/command.ts'
import { settingNames } from '../../settings/names.ts'
import { cloudsInWords } from '../shared/options.ts'

/** The variables that od-link reads, with what each means. Those of settings are named where the settings are. */
const settings: Record<keyof typeof settingNames, string> = {
  'client-id': 'the Application (client) ID of your app registration',
  tenant: 'common, organizations, consumers, a domain or an id',
  cloud: `the Microsoft cloud: ${cloudsInWords}`,
  'redirect-uri': 'where the browser comes back to, as it is registered',
  listen: 'HOST:PORT to which a web server passes on an https redirect URI',
  scope: 'what to ask for, separated by spaces',
  store:
    'keychain (the default), file (private files, not encrypted) or helper:NAME (runs docker-credential-NAME)',
}

const registration: readonly Row[] = Object.entries(settings).map(([name, meaning]) => [
  settingNames[name as keyof typeof settingNames],
  meaning,
])

/** As the person sets them. */
export const ownVariables: readonly Row[] = [
  ...registration,
  ['OD_LINK_CLIENT_SECRET', 'the secret of a "Web" registration, for one login'],
  ['OD_LINK_ACCOUNT', 'which linked account a command uses'],
  [
    'OD_LINK_BROWSER',
    "the command that opens a URL; none never opens one. Then BROWSER, then the system's default",
  ],
  [
    'OD_LINK_CONFIG_DIR',
    'where settings live (~/.config/od-link; on macOS ~/Library/Preferences/od-link, on Windows %APPDATA%\\od-link\\Config); another directory is another world, with other links',
  ],
  [
    'OD_LINK_AUTHORITY_HOST',
    "an origin that replaces the cloud's sign-in at login (https, or http on loopback)",
  ],
  ['OD_LINK_GRAPH_HOST', 'the same for Microsoft Graph; a link keeps the origins that it was made with'],
  [
    'OD_LINK_ON_SIGNIN_NEEDED',
    'a command for your shell, run once when Microsoft ends a link: 10 s, no standard input, its output dropped',
  ],
]

/** What that command finds. */
export const variablesOfTheEnd: readonly Row[] = [
  ['OD_LINK_ACCOUNT', 'the account, as --account takes it'],
  ['OD_LINK_USERNAME', 'its address'],
  ['OD_LINK_REASON', 'one sentence of letters, digits, spaces and . , : - _ ( ), safe inside any quotes'],
  ['OD_LINK_CODE', "Microsoft's code, such as AADSTS700082"],
]

/** As other programs read them. */
export const commonVariables: readonly Row[] = [
  ['HTTPS_PROXY, ALL_PROXY', 'the proxy; a name and a password in it are never shown'],
  ['NO_PROXY', 'what is asked without it; this machine itself never is asked through one'],
  ['NODE_EXTRA_CA_CERTS', 'a file with more certificate authorities to trust'],
  ['NO_COLOR, FORCE_COLOR', 'no colour, or colour even in a pipe'],
]
