import type { Arguments } from '../../cli/command.ts'
import { OdLinkError } from '../../errors.ts'
import { openPlacesForFiles } from '../../graph/files/access.ts'
import { type UploadConflict, uploadConflicts } from '../../graph/transfer/upload.ts'
import { numberOf, secondsOf, textOf } from './arguments.ts'

type Options = Arguments['options']

/** `--on-conflict`. */
export function conflictOf(options: Options): UploadConflict {
  return uploadConflicts.find((choice) => choice === options['on-conflict']) ?? 'fail'
}

/** `--jobs`. @throws OdLinkError (usage) unless it is a number from 1 to 64. */
export function jobsOf(options: Options): number | undefined {
  const jobs = numberOf(options, 'jobs')
  if (jobs === undefined || (Number.isInteger(jobs) && jobs >= 1 && jobs <= 64)) return jobs
  throw new OdLinkError('usage', `--jobs takes a whole number from 1 to 64, not "${options.jobs}".`, {
    reason: 'invalid-value',
    next: [{ flags: { jobs: '4' } }],
  })
}

/** Opens places with `--account` and `--max-wait`. */
export function placesOf(options: Options) {
  const maxWaitMs = (secondsOf(options, 'max-wait') ?? 120) * 1000
  return openPlacesForFiles({ account: textOf(options, 'account'), maxWaitMs })
}
