// SPDX-License-Identifier: EUPL-1.2
// The log of who did what, as an auditor meets it: peil audit on a store that is served, and on one that somebody changed.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { binary, makeToken, serve } from '../api/lib/peil.mjs'
import { newFolder } from '../api/lib/folder.mjs'

const scratch = newFolder('audit')

const directory = join(scratch, 'data')
const audit = (...args) => spawnSync(binary, ['audit', ...args, '--data', directory], { encoding: 'utf8' })

describe('peil audit', () => {
  test('tells what was done, while peil serves', async () => {
    const peil = await serve(directory)
    try {
      makeToken(directory, 'device', 'meter-1')
      makeToken(directory, 'operator', 'anna')
      const { stdout } = audit('list')  // which is the fourth line
      assert.match(stdout, /^2 20\d\d-\S+Z local token\.create token\/meter-1 role=device$/m)
      assert.match(stdout, /^3 20\d\d-\S+Z local token\.create token\/anna role=operator$/m)
      const verified = audit('verify')
      assert.equal(verified.status, 0)
      assert.match(verified.stdout, /^The log is whole: lines 1 to [34]\.$/m)
    } finally {
      await peil.stop()
    }
  })

  test('names the line of which one byte was changed in the file, and knows a head that was noted', () => {
    const head = audit('head').stdout.trim()
    assert.match(head, /^4:[0-9a-f]{64}$/)
    assert.equal(audit('verify', '--head', head).status, 0)
    assert.equal(audit('verify', '--head', head.replace(/.$/, (c) => (c === '0' ? '1' : '0'))).status, 1)

    const file = join(directory, 'peil.db'), bytes = readFileSync(file)
    const at = bytes.indexOf('token/anna')
    assert.ok(at > 0)
    bytes.write('token/anne', at)
    writeFileSync(file, bytes)
    const found = audit('verify')
    assert.equal(found.status, 1)
    assert.match(found.stdout, /^- line 3: its bytes are not those that were written$/m)
  })
})
