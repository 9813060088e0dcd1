import { expect, it } from 'vitest'
import { odLink } from '../helpers/program/od-link.ts'

/** The codes that https://learn.microsoft.com/en-us/graph/errors lists, basic and detailed. */
const listed = `
  accessDenied activityLimitReached generalException invalidRange invalidRequest itemNotFound malwareDetected
  nameAlreadyExists notAllowed notSupported quotaLimitReached resourceModified resyncRequired serviceNotAvailable
  syncStateNotFound unauthenticated
  accessRestricted cannotSnapshotTree childItemCountExceeded entityTagDoesNotMatch fragmentLengthMismatch
  fragmentOutOfOrder fragmentOverlap invalidAcceptType invalidParameterFormat invalidPath invalidQueryOption
  invalidStartIndex lockMismatch lockNotFoundOrAlreadyExpired lockOwnerMismatch malformedEntityTag
  maxDocumentCountExceeded maxFileSizeExceeded maxFolderCountExceeded maxFragmentLengthExceeded maxItemCountExceeded
  maxQueryLengthExceeded maxStreamSizeExceeded parameterIsTooLong parameterIsTooSmall pathIsTooLong pathTooDeep
  propertyNotUpdateable provisioningNotAllowed resourceBeingProvisioned resyncApplyDifferences
  resyncChangesApplyDifferences resyncChangesUploadDifferences resyncUploadDifferences serviceReadOnly
  throttledRequest tooManyResultsRequested tooManyTermsInQuery totalAffectedItemCountExceeded truncationNotAllowed
  uploadSessionFailed uploadSessionIncomplete uploadSessionNotFound virusSuspicious zeroOrFewerResultsRequested`
/** The gateway's, and those of public reports. */
const reported = `
  accountUpgradeRequired ApplicationThrottled BadRequest InvalidAuthenticationToken insufficientStorage
  invalidResourceId methodNotAllowed nameContainsInvalidCharacters resourceLocked
  similarRelationshipNameAlreadyExists UnknownError`
const codes = [listed, reported].join(' ').trim().split(/\s+/)

it('every code that Microsoft lists, and every one that people met, is explained', async () => {
  expect(codes.length).toBeGreaterThan(65)
  const { code, stdout, stderr } = await odLink(['explain', '--json', ...codes])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const explained: { code: string; known: boolean; meaning: string; cure: string }[] = JSON.parse(stdout)
  expect(explained.map(({ code }) => code)).toEqual(codes)
  expect(explained.filter(({ known, meaning, cure }) => !known || meaning === '' || cure === '')).toEqual([])
})
