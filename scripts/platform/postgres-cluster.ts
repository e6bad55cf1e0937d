import { randomBytes, randomUUID } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { chown, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { ConfigurationError } from '#config/environment.ts'
import { runInitdb } from './initdb.ts'
import type { PostgresBinaries } from './postgres-binaries.ts'
import { canEnter, makeReachableFolder, type ServerUser } from './server-user.ts'

const clusterFile = z.object({
  /** Where the files are if not under DATA_DIR; absolute. */
  elsewhere: z.string().optional(),
  /** The one used last: kept as long as it stays free, so that connections of other tools survive a restart. */
  port: z.number().int().optional(),
  passwords: z.object({ postgres: z.string(), owner: z.string(), application: z.string() }),
})

/** What we must remember of a database cluster; kept in DATA_DIR/postgres.json, readable by its owner only. */
type ClusterFile = z.output<typeof clusterFile>

export interface Cluster extends ClusterFile {
  /** Holds all files of the cluster. Derived, so that DATA_DIR may be moved. */
  readonly stateDir: string
}

/**
 * Reads what DATA_DIR knows of its cluster, or decides on a new one. Its files are under DATA_DIR, unless the user that
 * Postgres runs as cannot enter that: then in a folder of their own elsewhere, which belongs to this DATA_DIR alone.
 *
 * @param say tells the user where the data is, if elsewhere
 */
export async function openCluster(
  dataDir: string,
  user: ServerUser | undefined,
  say: (line: string) => void,
): Promise<Cluster> {
  const known = readClusterFile(dataDir) ?? (await decideOn(dataDir, user))
  writeClusterFile(dataDir, known)
  if (known.elsewhere !== undefined) {
    say(`Postgres, running as user "${user?.name}", cannot enter ${dataDir}: its data is in ${known.elsewhere}`)
  }
  return { ...known, stateDir: known.elsewhere ?? join(dataDir, 'postgres') }
}

/** Remembers the port for the next start. */
export function rememberPort(dataDir: string, cluster: Cluster, port: number): void {
  const { stateDir: _derived, ...known } = cluster
  writeClusterFile(dataDir, { ...known, port })
}

/** The folder that Postgres calls its data directory. */
export function clusterData(cluster: Cluster): string {
  return join(cluster.stateDir, 'data')
}

/**
 * Creates the cluster's files if they are not there. A cluster that is there is complete: it is moved in at the end.
 *
 * @param stopping ends it early; it then rejects once nothing of it runs or is left
 */
export async function initialiseCluster(
  cluster: Cluster,
  binaries: PostgresBinaries,
  user: ServerUser | undefined,
  stopping?: AbortSignal,
): Promise<void> {
  if (existsSync(clusterData(cluster))) return
  stopping?.throwIfAborted()
  const draft = join(cluster.stateDir, 'draft')
  const passwordFile = join(cluster.stateDir, 'password')
  await rm(draft, { recursive: true, force: true })
  await mkdir(cluster.stateDir, { recursive: true, mode: 0o700 })
  await writeFile(passwordFile, cluster.passwords.postgres, { mode: 0o600 })
  if (user !== undefined) {
    await chown(cluster.stateDir, user.uid, user.gid)
    await chown(passwordFile, user.uid, user.gid)
  }
  try {
    await runInitdb({ initdb: binaries.initdb, folder: draft, passwordFile, user, stopping })
    await rename(draft, clusterData(cluster))
  } finally {
    await rm(passwordFile, { force: true })
    await rm(draft, { recursive: true, force: true })
  }
}

function clusterPath(dataDir: string): string {
  return join(dataDir, 'postgres.json')
}

function readClusterFile(dataDir: string): ClusterFile | undefined {
  const path = clusterPath(dataDir)
  if (!existsSync(path)) return undefined
  try {
    return clusterFile.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    throw new ConfigurationError(
      `${path} holds the passwords of the database, but it is damaged: restore it, or start with an empty DATA_DIR.`,
    )
  }
}

/** Replaces the file in one step. */
function writeClusterFile(dataDir: string, content: ClusterFile): void {
  const draft = `${clusterPath(dataDir)}.draft`
  writeFileSync(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 })
  renameSync(draft, clusterPath(dataDir))
}

async function decideOn(dataDir: string, user: ServerUser | undefined): Promise<ClusterFile> {
  const inside = join(dataDir, 'postgres')
  if (existsSync(inside)) {
    throw new ConfigurationError(
      `${inside} holds a database, but its passwords (${clusterPath(dataDir)}) are gone: restore them, or start with an empty DATA_DIR.`,
    )
  }
  const passwords = { postgres: newPassword(), owner: newPassword(), application: newPassword() }
  if (user === undefined || canEnter(dataDir, user)) return { passwords }
  return { passwords, elsewhere: join(await makeReachableFolder(), `postgres-${randomUUID()}`) }
}

function newPassword(): string {
  return randomBytes(24).toString('base64url')
}
