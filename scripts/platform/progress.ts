const EVERY_MS = 10_000

/** Says every ten seconds that `work` still goes on and since when, so that nobody takes it for stuck. */
export async function withProgress<T>(say: (line: string) => void, what: string, work: () => Promise<T>): Promise<T> {
  const start = performance.now()
  say(`${what} ...`)
  const ticker = setInterval(() => {
    say(`... still ${what}, for ${Math.round((performance.now() - start) / 1000)} s`)
  }, EVERY_MS)
  try {
    return await work()
  } finally {
    clearInterval(ticker)
  }
}
