import { defineConfig } from 'vitest/config'

const { OD_LINK_FUZZ_RUNS = '20000' } = process.env

/** `vitest --mode fuzz` runs the properties with many more examples. */
export default defineConfig(({ mode }) => ({
  test: {
    env: mode === 'fuzz' ? { OD_LINK_FUZZ_RUNS } : {},
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    // Tests start whole processes; more workers than cores only make them wait for each other.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Other programs save in their own time, and the machine may be busy.
    expect: { poll: { timeout: 10_000 } },
  },
}))
