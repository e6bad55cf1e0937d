import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/**
 * What axe has against a page as it is now, that is serious or worse. It gets into the page by the debugger, to which the
 * policy of the page does not apply.
 */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(AXE)
  const { violations } = (await page.evaluate('axe.run()')) as AxeResults
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  const findings = serious.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join('\n  ')}`)
  expect(findings).toEqual([])
}

/** Nothing sticks out at the side, whatever the width. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const [content, window] = (await page.evaluate(
    '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
  )) as [number, number]
  expect(content).toBeLessThanOrEqual(window)
}

/** The focus is on what says this. When it is lost, it is on the whole page, which says everything. */
export async function expectFocusOn(page: Page, words: string | RegExp): Promise<void> {
  const focused = 'document.activeElement === document.body ? "nothing" : document.activeElement.innerText'
  await expect.poll(() => page.evaluate(focused)).toMatch(words)
}
