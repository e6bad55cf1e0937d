import { migrateDatabase } from '#db/migrate.ts'

/** A process of its own that migrates, for tests of several at once: reports to its parent what it applied. */
const [migrateDatabaseUrl = '', applicationRole = ''] = process.argv.slice(2)
const { applied } = await migrateDatabase({ migrateDatabaseUrl, applicationRole })
process.send?.(applied)
process.disconnect()
