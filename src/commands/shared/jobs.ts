import { OdLinkError } from '../../errors.ts'
import { type EndingSignal, endBySignal } from '../../system/end-by-signal.ts'
import { caughtUp, clearProgress, print, printJson, say, styled } from '../../terminal/index.ts'
import { onInterrupt } from '../../terminal/interrupt.ts'
import { ReaderGone } from './reader-gone.ts'
import { startTransferProgress } from './transfer-progress.ts'

/** One of several pieces of work on files that do not depend on each other. */
export interface Job {
  /** What the person called it. */
  name: string
  /** How many bytes it will transfer, if that is known. */
  bytes?: number | undefined
  run: (report: JobReport) => Promise<Result>
}

export interface JobReport {
  /** The bytes that were transferred so far. @param total if it is known by now. */
  progress: (done: number, total?: number) => void
  /** What ends the job's work after Ctrl-C, as long as it runs. */
  onInterrupt: (stop: () => Promise<void> | void) => void
}

export interface Result {
  /** The line of stdout; undefined for nothing. */
  line: string | undefined
  json: object
}

export interface JobsOptions {
  json: boolean
  /** How many run at the same time. */
  atOnce: number
  /** What was to be done, as in `3 of 5 files were not uploaded.` */
  done: string
  /** Whether bytes are transferred, whose progress a person sees. */
  hasProgress?: boolean
  /** Standard output has the bytes of a file, and nothing else. */
  isPiped?: boolean
}

/** Nothing else can work either after such a failure, or one of these kinds: throttled for longer than it may wait, too. */
const final = new Set<OdLinkError['reason']>([
  ...(['no-space', 'drive-read-only', 'drive-frozen', 'no-drive', 'throttled'] as const),
])
const finalKinds = new Set<OdLinkError['kind']>(['sign-in', 'keychain', 'interrupted'])

/**
 * Runs the jobs, a few at the same time, and prints the line of each as it is done; in JSON, one array at the end. What
 * fails is reported, and the rest is done.
 * @throws OdLinkError of the first failure's kind.
 */
export async function runJobs(jobs: readonly Job[], options: JobsOptions): Promise<void> {
  const { json, atOnce, done, hasProgress = false, isPiped = false } = options
  const progress = startTransferProgress({ isSilent: json || !hasProgress, files: jobs.length })
  const bytes = jobs.map((job) => ({ done: 0, total: job.bytes }))
  const stops = new Map<Job, () => Promise<void> | void>()
  const results: object[] = []
  const failures: { job: Job; error: OdLinkError }[] = []
  let started = 0
  let isOver = false
  /** Ends the process after Ctrl-C. What is stopped then fails, which nobody needs to be told. */
  let ending: Promise<void> | undefined
  const end = async (signal: EndingSignal) => {
    isOver = true
    clearProgress()
    await Promise.allSettled([...stops.values()].map((stop) => stop()))
    endBySignal(signal)
  }
  const release = onInterrupt((signal) => {
    ending = end(signal)
  })
  const show = () => {
    const totals = bytes.map(({ total }) => total)
    const total = totals.includes(undefined)
      ? undefined
      : totals.reduce<number>((sum, one) => sum + (one ?? 0), 0)
    progress.show(
      bytes.reduce((sum, one) => sum + one.done, 0),
      total,
    )
  }
  const runOne = async (job: Job, index: number) => {
    try {
      const { line, json: result } = await job.run({
        progress(now, total) {
          bytes[index] = { done: now, total: total ?? bytes[index]?.total }
          show()
        },
        onInterrupt: (stop) => stops.set(job, stop),
      })
      progress.fileDone()
      if (json) results.push(result)
      else if (line !== undefined) print(line)
      await caughtUp()
    } catch (error) {
      if (error instanceof ReaderGone) return
      if (!(error instanceof OdLinkError)) throw error
      if (ending) return
      failures.push({ job, error })
      if (final.has(error.reason) || finalKinds.has(error.kind)) isOver = true
      if (!json && jobs.length > 1) say(styled('red', '✗'), ` ${job.name}: ${error.message}`)
    } finally {
      stops.delete(job)
    }
  }
  const work = async () => {
    while (started < jobs.length && !isOver) {
      const index = started++
      await runOne(jobs[index] as Job, index)
    }
  }
  try {
    await Promise.all(Array.from({ length: Math.min(atOnce, jobs.length) }, work))
    await ending
  } finally {
    release()
    clearProgress()
    // What was done before a failure is printed as well.
    if (json && !isPiped && (results.length > 0 || failures.length === 0)) printJson(results)
  }
  // In the order of the arguments: which one fails earlier is chance.
  const [first] = failures.toSorted((one, other) => jobs.indexOf(one.job) - jobs.indexOf(other.job))
  if (!first) return progress.finish()
  const { job, error } = first
  if (jobs.length === 1) throw error
  const missing = jobs.length - started + failures.length
  throw error.with({ message: `${missing} of ${jobs.length} ${done}. ${job.name}: ${error.message}` })
}
