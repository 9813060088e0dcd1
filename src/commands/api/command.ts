import type { Command } from '../../cli/command.ts'
import { account, json, maxWait, verbose } from '../shared/options.ts'

export const api: Command = {
  group: 'Folders and files',
  summary: 'send any request to Microsoft Graph with the link',
  aliases: ['request', 'ls', 'list', 'upload', 'download', 'mv', 'share'],
  positional: [{ name: 'path' }],
  options: [
    {
      name: 'method',
      short: 'X',
      value: 'METHOD',
      choices: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      default: 'GET; with a body, POST',
      help: 'the HTTP method',
    },
    { name: 'raw-field', short: 'f', value: 'KEY=TEXT', multiple: true, help: 'a text in the JSON body' },
    {
      name: 'field',
      short: 'F',
      value: 'KEY=JSON',
      multiple: true,
      help: 'a JSON value (true, 12, {"a": 1}); @FILE: the text of FILE',
    },
    { name: 'header', short: 'H', value: "'NAME: VALUE'", multiple: true, help: 'one header more' },
    { name: 'input', value: 'FILE', takes: 'file', help: 'the body; - is standard input' },
    {
      name: 'output',
      value: 'FILE',
      takes: 'file',
      help: 'write the answer there when it is whole; resumes',
    },
    {
      name: 'upload',
      value: 'FILE',
      takes: 'file',
      conflicts: ['method', 'raw-field', 'field', 'header', 'input', 'output', 'paginate', 'include'],
      help: 'put a file of any size at the path',
    },
    {
      name: 'on-conflict',
      value: 'CHOICE',
      choices: ['fail', 'replace', 'rename'],
      with: 'upload',
      default: 'fail',
      help: 'what to do when its name is taken',
    },
    {
      name: 'paginate',
      conflicts: ['input', 'output', 'include', 'silent'],
      help: 'all pages of a list, an item a line',
    },
    { name: 'slurp', with: 'paginate', help: 'all pages as one array' },
    { name: 'include', short: 'i', help: 'print the status and the headers too' },
    { name: 'silent', help: 'print no answer' },
    account,
    { ...maxWait, help: 'seconds to wait when throttled, for each request' },
    { ...json, help: 'print errors as JSON' },
    verbose,
  ],
  examples: [
    ['od-link api --paginate /me/drive/root/children | jq -r .name', 'list'],
    ['od-link api --upload report.pdf /me/drive/root:/Reports/report.pdf', 'upload'],
    ['od-link api /me/drive/root:/Reports/report.pdf:/content --output report.pdf', 'download'],
    ['od-link api -X PATCH /me/drive/items/ID -f parentReference[id]=FOLDER', 'move'],
    ['od-link api /me/drive/items/ID/createLink -f type=view -f scope=organization', 'share'],
    [
      'od-link api --paginate /me/drive/root/delta',
      'all that changes; its last line has the link to go on with',
    ],
  ],
  notes: [
    "The path is below v1.0 of the link's own Graph, or begins with beta/. The token goes to no other host.",
    "Fields nest (-f a[b]=c) and list (-f a[]=x); with GET, HEAD or --input they are the query. --input is sent as JSON by POST and PATCH, as bytes by PUT; else say -H 'Content-Type: ...'. In a terminal JSON is laid out.",
    'A refusal prints nothing on stdout without --include. Exit codes: 2 refused as it stands (400 and other 4xx), 3 taken or changed meanwhile (409, 412), 4 sign in (401), 6 Microsoft busy (429, 5xx), 8 not there (404, 410), 9 not allowed, or no space (403, 507).',
    'GET, HEAD, PUT and DELETE are repeated after passing trouble; POST and PATCH only after 429, or 503 with Retry-After: after anything else they may have been done.',
  ],
}
