/**
 * Preloaded into od-link (NODE_OPTIONS=--require): at its nth step with an effect outside the process, the
 * process dies or the step fails. Children are not affected.
 * FAULT_STEP: which step, counted from 1. FAULT: `die`, or an error code such as `ENOSPC`, with which all
 * later writes fail as well. FAULT_LOG: a file that then names the step. FAULT_KINDS=writes: only steps that change files or
 * entries of a keychain module.
 */
const fs = require('node:fs')
const Module = require('node:module')
const net = require('node:net')
const { basename } = require('node:path')
const { ChildProcess } = require('node:child_process')

const {
  FAULT_STEP: at,
  FAULT: how,
  FAULT_LOG: log,
  FAULT_KINDS: kinds,
  NODE_OPTIONS: options = '',
} = process.env
for (const name of ['FAULT_STEP', 'FAULT', 'FAULT_LOG', 'FAULT_KINDS']) delete process.env[name]
process.env.NODE_OPTIONS = options.replace(/--require ("[^"]*"|\S+)/, '').trim()
const { writeFileSync } = fs
const seen = new Set()
let steps = 0

function step(what, path) {
  steps += 1
  if (steps < Number(at)) return
  if (steps === Number(at))
    writeFileSync(log, `${what} ${typeof path === 'string' ? basename(path) : ''}`.trim())
  if (how === 'die') process.kill(process.pid, 'SIGKILL')
  else throw Object.assign(new Error(`${how}: made to fail, ${what}`), { code: how, syscall: what })
}

/** Counts a step before each call of these functions. */
function before(object, names, isStep = () => true) {
  for (const name of names) {
    const original = object[name]
    object[name] = function (...given) {
      if (isStep(...given)) step(name, given[0])
      return original.apply(this, given)
    }
  }
}

const writes = (_, flags) => flags !== undefined && flags !== 'r' && flags !== fs.constants.O_RDONLY
before(fs, ['openSync'], writes)
before(fs, ['writeFileSync', 'writeSync', 'fsyncSync', 'linkSync', 'renameSync'])
before(fs, ['mkdirSync'], (path) => !fs.existsSync(path))
before(fs.promises, ['writeFile', 'rename'])
// A full disk does not prevent deletion.
if (how === 'die') {
  before(fs, ['ftruncateSync', 'unlinkSync', 'rmSync'])
  before(fs.promises, ['unlink', 'rm'])
  if (kinds !== 'writes') {
    before(ChildProcess.prototype, ['spawn'])
    // D-Bus, HTTP and the stdin of children.
    before(net.Socket.prototype, ['_writeGeneric'])
  }
}

const load = Module._load
Module._load = function (name, ...more) {
  const loaded = load.call(this, name, ...more)
  if (name.startsWith('@napi-rs/keyring') && !seen.has(loaded)) {
    seen.add(loaded)
    before(loaded.AsyncEntry.prototype, ['setSecret', 'deleteCredential'])
  }
  return loaded
}

const { open } = fs.promises
fs.promises.open = async (path, flags, ...more) => {
  if (!writes(path, flags)) return open(path, flags, ...more)
  step('open', path)
  const handle = await open(path, flags, ...more)
  before(handle, ['writeFile', 'write', 'sync', 'truncate'])
  return handle
}
