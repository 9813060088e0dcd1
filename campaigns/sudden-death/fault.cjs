/**
 * Preloaded into od-link (NODE_OPTIONS=--require): at its nth step with an effect outside the process, the
 * process dies or the step fails. Children are not affected.
 * FAULT_STEP: which step, counted from 1. FAULT: `die`, or an error code such as `ENOSPC`, with which all
 * later writes fail as well. FAULT_LOG: a file that then names the step.
 */
const fs = require('node:fs')
const net = require('node:net')
const { basename } = require('node:path')
const { ChildProcess } = require('node:child_process')

const { FAULT_STEP: at, FAULT: how, FAULT_LOG: log } = process.env
for (const name of ['NODE_OPTIONS', 'FAULT_STEP', 'FAULT', 'FAULT_LOG']) delete process.env[name]
const { writeFileSync } = fs
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
  before(ChildProcess.prototype, ['spawn'])
  // D-Bus, HTTP and the stdin of children.
  before(net.Socket.prototype, ['_writeGeneric'])
}

const { open } = fs.promises
fs.promises.open = async (path, flags, ...more) => {
  if (!writes(path, flags)) return open(path, flags, ...more)
  step('open', path)
  const handle = await open(path, flags, ...more)
  before(handle, ['writeFile', 'write', 'sync', 'truncate'])
  return handle
}
