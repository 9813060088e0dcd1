import { configDefaults, defineConfig } from 'vitest/config'
import { posixOnly } from './test/posix-only.ts'

const isWindows = process.platform === 'win32'
const { OD_LINK_FUZZ_RUNS = '20000' } = process.env

const envOf: Record<string, Record<string, string>> = {
  // Runs the properties with many more examples.
  fuzz: { OD_LINK_FUZZ_RUNS },
  // Writes the expected texts anew.
  update: { OD_LINK_TEST_UPDATE: 'yes' },
}

/** `vitest --mode fuzz` or `--mode update` sets a variable for the tests. */
export default defineConfig(({ mode }) => ({
  test: {
    env: envOf[mode] ?? {},
    include: ['test/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...(isWindows ? posixOnly.flatMap(({ files = [] }) => files) : [])],
    setupFiles: isWindows ? ['test/setup-windows.ts'] : [],
    pool: 'forks',
    // Tests start whole processes, and many of them wait: three keep two cores busy, and more would be in each other's way.
    maxWorkers: 3,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Other programs save in their own time, and the machine may be busy.
    expect: { poll: { timeout: 10_000 } },
  },
}))
