import type { ChildProcess } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Ended, MicrosoftWorld } from './microsoft-world.ts'

/** A person's browser, for a program that opens one: it follows the sign-in to its end. */
export function installBrowser(world: MicrosoftWorld): NodeJS.ProcessEnv {
  const bin = join(world.dir, 'bin')
  mkdirSync(bin, { recursive: true })
  writeFileSync(join(bin, 'xdg-open'), '#!/bin/sh\nexec curl -sSL -o /dev/null "$1"\n')
  chmodSync(join(bin, 'xdg-open'), 0o755)
  return { PATH: `${bin}:/usr/local/bin:/usr/bin:/bin` }
}

/**
 * Answers the questions of rclone's dialogue, each as it comes; one without an answer gets Enter, which chooses the
 * default.
 * @param answers by the prompt, in the order in which they are given.
 * @returns everything that rclone said.
 */
export function answerDialogue(rclone: ChildProcess, answers: Record<string, string[]>): Promise<string> {
  let [said, unread] = ['', '']
  const take = (text: string) => {
    said += text
    unread += text
    const prompt = /(?:^|\n)([\w/]+)> $/.exec(unread)?.[1]
    if (prompt === undefined) return
    unread = ''
    rclone.stdin?.write(`${answers[prompt]?.shift() ?? ''}\n`)
  }
  rclone.stdout?.setEncoding('utf8').on('data', take)
  rclone.stderr?.setEncoding('utf8').on('data', (text) => {
    said += text
  })
  return new Promise((resolve, reject) => {
    rclone.once('close', (status) =>
      status === 0 ? resolve(said) : reject(new Error(`rclone ended with ${status}:\n${said}`)),
    )
  })
}

/** Runs rclone in a world. */
export function rcloneIn(world: MicrosoftWorld) {
  const options = { cwd: world.dir, timeoutMs: 120_000 }
  return {
    run: (...args: string[]): Promise<Ended> => world.run('rclone', [...args, '--retries', '1'], options),
    must: (...args: string[]): Promise<string> => world.must('rclone', [...args, '--retries', '1'], options),
  }
}
