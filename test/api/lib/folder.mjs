// SPDX-License-Identifier: EUPL-1.2
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const made = []
process.on('exit', () => {
  for (const directory of made) rmSync(directory, { recursive: true, force: true, maxRetries: 3 })
})

// A folder of a test's own; gone when its process ends, whatever became of the test.
export function newFolder(name) {
  const directory = mkdtempSync(join(tmpdir(), `peil-${name}-`))
  made.push(directory)
  return directory
}
