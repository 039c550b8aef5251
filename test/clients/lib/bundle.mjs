// SPDX-License-Identifier: EUPL-1.2
// Makes of a library that was written for browsers and bundlers a module that Node can import; its code is unchanged.
import { build } from 'esbuild'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { newFolder } from '../../api/lib/folder.mjs'

const clients = fileURLToPath(new URL('..', import.meta.url))

// `source` is a module that exports what is wanted; `stubs` are the sources of packages that it can do without.
export async function load(source, stubs = {}) {
  const replaced = {
    name: 'stubs',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /.*/ }, ({ path }) => (path in stubs ? { path, namespace: 'stub' } : undefined))
      onLoad({ filter: /.*/, namespace: 'stub' }, ({ path }) => ({ contents: stubs[path] }))
    },
  }
  const directory = newFolder('client')
  const outfile = join(directory, 'client.mjs')
  await build({
    stdin: { contents: source, resolveDir: clients }, outfile, bundle: true, platform: 'node', format: 'esm', target: 'node18',
    logLevel: 'error', plugins: [replaced],
  })
  return await import(pathToFileURL(outfile))
}
