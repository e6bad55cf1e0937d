import { describe, expect } from 'vitest'
import { openVisit } from '#test/support/browser.ts'
import { test } from '#test/support/browser-world.ts'

/** What a browser has to say when a page does this. A guard that cannot fail would protect nothing. */
describe('a test in the browser fails when a page', () => {
  test.for([
    ['writes an error to the console', `console.error('lost a horn')`, 'lost a horn'],
    ['throws', `setTimeout(() => { throw new Error('stumbled') })`, 'stumbled'],
    [
      'runs a script that stands in the page',
      `const s = document.createElement('script'); s.text = '1'; document.body.append(s)`,
      'script-src',
    ],
    ['loads something from another host', `new Image().src = 'http://localhost:1/pixel.png'`, 'img-src'],
    ['calls another host', `fetch('http://localhost:1/').catch(() => {})`, 'connect-src'],
  ] as const)('%s', async ([, script, expected], { world }) => {
    const { page, errors, close } = await openVisit(world.browser, { baseURL: world.store.url })
    await page.goto('/store/')
    await page.evaluate(script)
    await expect.poll(() => errors.join()).toContain(expected)
    await close()
  })
})
