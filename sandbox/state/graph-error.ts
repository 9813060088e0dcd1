import type { AccountKind } from './users.ts'

/** An error of Graph: `code` is Graph's code, `inner` OneDrive's more specific one. */
export class GraphError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly inner?: string,
    readonly headers?: Record<string, string>,
  ) {
    super(message)
  }
}

/** Codes: microsoft-graph-docs-contrib, concepts/errors; wording from recorded answers, free to change. */
export const refusals = {
  invalidRequest: (message: string, inner?: string) => new GraphError(400, 'invalidRequest', message, inner),
  badRequest: (message: string) => new GraphError(400, 'BadRequest', message),
  segmentUnknown: (segment: string) =>
    new GraphError(400, 'BadRequest', `Resource not found for the segment '${segment}'.`),
  /** Who speaks of "me" has to be somebody. Source: recorded answers. */
  delegatedOnly: () =>
    new GraphError(400, 'BadRequest', '/me request is only valid with delegated authentication flow.'),
  accessDenied: () => new GraphError(403, 'accessDenied', 'Access denied'),
  /** What is not about drives has codes of the directory. Source: microsoft-graph-docs-contrib, api/user-get. */
  insufficientPrivileges: () =>
    new GraphError(403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.'),
  userNotFound: (id: string) =>
    new GraphError(
      404,
      'Request_ResourceNotFound',
      `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
    ),
  itemNotFound: () => new GraphError(404, 'itemNotFound', 'The resource could not be found.'),
  /** What lies behind a shortcut. Sources: onedrive-api-docs#591, #976; abraunegg/onedrive#217. */
  mountedFolder: () =>
    new GraphError(400, 'invalidRequest', 'Cannot perform operation within a mounted folder.'),
  /** Sources: microsoft-graph-docs#15023, #18497. */
  shareRefused: () =>
    new GraphError(
      403,
      'accessDenied',
      'The sharing link no longer exists, or you do not have permission to access it.',
    ),
  /** Source: msgraph-sdk-dotnet#2604. */
  shareKeyInvalid: () => new GraphError(400, 'invalidRequest', 'Invalid shares key.'),
  /** What Graph has and the sandbox has not. */
  notInSandbox: (what: string) =>
    new GraphError(501, 'notInSandbox', `The sandbox has no ${what}; Microsoft Graph does.`),
  methodNotAllowed: () =>
    new GraphError(405, 'methodNotAllowed', 'The method is not allowed on this resource.'),
  /** What this kind of drive cannot do. Source: microsoft-graph-docs-contrib, concepts/errors. */
  notSupported: () => new GraphError(501, 'notSupported', 'The request is not supported by the system.'),
  /** Source: microsoft-graph-docs-contrib, api/driveitem-get-content-format. */
  conversionUnsupported: () =>
    new GraphError(406, 'notSupported', 'The file cannot be converted to that format.'),
  checkedOut: () =>
    new GraphError(423, 'resourceLocked', 'The file is checked out already.', 'resourceCheckedOut'),
  nameAlreadyExists: () =>
    new GraphError(409, 'nameAlreadyExists', 'An item with the same name already exists under the parent'),
  /** A name that only looks different from an existing one. Sources: onedrive-api-docs#856, #977. */
  similarName: (kind: AccountKind) =>
    kind === 'work'
      ? new GraphError(409, 'nameAlreadyExists', 'The specified item name already exists.')
      : new GraphError(
          409,
          'nameAlreadyExists',
          'An item with the same name already exists under the parent',
          'similarRelationshipNameAlreadyExists',
        ),
  /** What looking up such a name answers. Source: onedrive-api-docs#977. */
  similarNameNotFound: () =>
    new GraphError(
      404,
      'itemNotFound',
      'The specified item name is incompatible with a similar name on an existing item.',
    ),
  /** An unfinished upload session has the name. Sources: microsoft-graph-docs#17631; onedrive-api-docs#747. */
  beingUploaded: () =>
    new GraphError(
      409,
      'nameAlreadyExists',
      'A file with the same name is currently being uploaded. Change the filename and try to save again.',
    ),
  /** Names that were read as properties. Source: onedrive-api-docs#1020. */
  photoProperty: () =>
    new GraphError(
      400,
      'invalidRequest',
      'The Path property of ODataMessageWriterSetting.ODataUri must end with the navigation property which the contained elements being written belong to.',
    ),
  /** Source: onedrive-api-docs#941. */
  driveProperty: () =>
    new GraphError(
      400,
      'generalException',
      "Could not find a property named 'quota' on type 'oneDrive.item'.",
    ),
  movedIntoItself: () =>
    new GraphError(400, 'invalidRequest', 'A folder cannot be moved into itself or into what is in it.'),
  resourceModified: () => new GraphError(412, 'resourceModified', "ETag does not match current item's value"),
  /** Source: microsoft-graph-docs-contrib, concepts/errors. */
  bodyTooLarge: () =>
    new GraphError(
      413,
      'invalidRequest',
      'The request body is larger than this address accepts.',
      'maxFileSizeExceeded',
    ),
  unsupportedMediaType: () =>
    new GraphError(415, 'BadRequest', 'A Content-Type of application/json is required for this request.'),
  /** The client has to start over. Source: microsoft-graph-docs-contrib, api/driveitem-delta. */
  resyncRequired: () =>
    new GraphError(
      410,
      'resyncRequired',
      'The token has expired. Start over without one.',
      'resyncChangesApplyDifferences',
    ),
  invalidRange: (message: string) => new GraphError(416, 'invalidRange', message),
  /** RFC 9110, section 15.5.17: with the size, so that the client knows whether it has everything. */
  rangeOutside: (size: number) =>
    new GraphError(416, 'invalidRange', 'The range is outside the file.', undefined, {
      'content-range': `bytes */${size}`,
    }),
  /** A pre-signed URL that is forged or expired. */
  unauthenticated: () => new GraphError(401, 'unauthenticated', 'The URL is not signed or has expired.'),
  /** The token in an upload URL ends before the session. Source: onedrive-api-docs#1570. */
  uploadUrlExpired: () =>
    new GraphError(401, 'unauthenticated', 'The upload session has expired.', 'expiredToken'),
  /** Source: onedrive-api-docs#698. */
  uploadSessionNotFound: () =>
    new GraphError(400, 'invalidRequest', 'The upload session was not found.', 'uploadSessionNotFound'),
  /** Source: microsoft-graph-docs-contrib, concepts/errors. */
  uploadIncomplete: () =>
    new GraphError(
      400,
      'invalidRequest',
      'The upload session has not received the whole file.',
      'uploadSessionIncomplete',
    ),
  /** Source: onedrive-api-docs#71. */
  fragmentOverlap: () =>
    new GraphError(
      416,
      'invalidRange',
      'The uploaded fragment overlaps with data that has already been received.',
      'fragmentOverlap',
    ),
  quotaLimitReached: () =>
    new GraphError(507, 'quotaLimitReached', 'Insufficient Space Available', 'insufficientStorage'),
  /** This answer comes from IIS, not from Graph. Source: learn.microsoft.com answers 597035, 736027. */
  pathTooDeepForColon: () =>
    new GraphError(
      404,
      'UnknownError',
      '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">\r\n<html xmlns="http://www.w3.org/1999/xhtml">\r\n<head>\r\n<title>404 - File or directory not found.</title>\r\n</head>\r\n<body>\r\n<h1>Server Error</h1>\r\n<h2>404 - File or directory not found.</h2>\r\n</body>\r\n</html>\r\n',
    ),
} as const

/** The usual error code of a status, for answers that the weather fakes. */
const codesByStatus: Record<number, string> = {
  400: 'invalidRequest',
  401: 'InvalidAuthenticationToken',
  403: 'accessDenied',
  404: 'itemNotFound',
  409: 'nameAlreadyExists',
  423: 'resourceLocked',
  424: 'FailedDependency',
  429: 'activityLimitReached',
  500: 'generalException',
  503: 'serviceNotAvailable',
  507: 'quotaLimitReached',
  509: 'activityLimitReached',
}

const textsByStatus: Record<number, string> = {
  424: 'Request failed as dependent request failed',
  429: 'Too many requests',
}

/** An error with the usual shape for a status. */
export function errorOfStatus(status: number): GraphError {
  return new GraphError(status, codesByStatus[status] ?? 'UnknownError', textsByStatus[status] ?? '')
}
