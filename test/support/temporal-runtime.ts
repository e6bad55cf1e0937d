import { DefaultLogger, type LogEntry, Runtime } from '@temporalio/worker'

// Injected faults are what many tests are about: only what nobody expects is worth a line.
const shown = new DefaultLogger('ERROR')

/** What the SDK has logged in this process. */
export const logged: LogEntry[] = []

// A process has one runtime, which the test files that it gets one after the other share: the first worker would make another.
Runtime.install({
  logger: new DefaultLogger('WARN', (entry) => {
    logged.push(entry)
    shown.log(entry.level, entry.message, entry.meta)
  }),
})
