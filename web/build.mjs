// SPDX-License-Identifier: EUPL-1.2
// build.mjs OUTPUT: makes what peil serves: a template per page and language, hashed assets with their compressed
// twins, the texts that the server speaks, and manifest.json, which names all of them.

import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import * as esbuild from 'esbuild';
import { iconPng } from './icon.mjs';

const web = dirname(fileURLToPath(import.meta.url));
const LANGUAGES = ['nl', 'en'];
const FONT = '@fontsource-variable/source-sans-3/files/source-sans-3-latin-wght-normal.woff2';
const TYPES = { css: 'text/css; charset=utf-8', js: 'text/javascript; charset=utf-8', woff2: 'font/woff2',
  svg: 'image/svg+xml', png: 'image/png' };
const PAGE_TYPES = { svg: 'image/svg+xml', png: 'image/png' }; // of pages that are no HTML

export async function build(output) {
  rmSync(output, { recursive: true, force: true });
  mkdirSync(join(output, 'assets'), { recursive: true });
  const assets = [];
  const keep = (name, bytes) => {
    const asset = writeAsset(output, name, bytes);
    assets.push(asset);
    return asset.path;
  };

  const files = { font: keep('text.woff2', readFileSync(join(web, '../node_modules', FONT))) };
  files.css = keep('style.css', await bundleStyle(files.font));
  files.team = keep('team.css', readFileSync(join(web, 'style/team.css')));
  files.kpi = keep('kpi.css', await bundleFile('style/kpi.css'));
  files.fileStyle = (await bundleFile('style/kpi-file.css')).toString();
  files.icon = keep('icon.svg', readFileSync(join(web, 'style/icon.svg')));
  files.touch = keep('icon-touch.png', iconPng(180, 0.62));
  keep('icon-192.png', iconPng(192, 0.62));
  files.picture = keep('icon-512.png', iconPng(512, 0.62));
  keep('icon-maskable.png', iconPng(512, 0.45));
  for (const language of LANGUAGES) {
    files[`js.${language}`] = keep('app.js', await bundleClient(language, 'main', 'client.'));
    files[`teamJs.${language}`] = keep('team.js', await bundleClient(language, 'team', 'team.client.'));
  }

  const pages = await writeTemplates(output, files);
  for (const language of LANGUAGES) {
    const words = Object.entries(messagesOf(language)).sort(([a], [b]) => (a < b ? -1 : 1));
    writeFileSync(join(output, `words.${language}.json`), JSON.stringify(Object.fromEntries(words), null, 1));
  }
  writeFileSync(join(output, 'sw.js'), await bundleWorker(assets));
  writeFileSync(join(output, 'manifest.json'), `${JSON.stringify({ languages: LANGUAGES, pages, assets, worker: 'sw.js', tokens: tokens(), classes: classColours() }, null, 1)}\n`);
  return { pages, assets };
}

// Messages of a language by id. nl.json holds [text, note for the translator], the others the text alone.
export function messagesOf(language) {
  const all = JSON.parse(readFileSync(join(web, `messages/${language}.json`), 'utf8'));
  return Object.fromEntries(Object.entries(all).map(([id, m]) => [id, Array.isArray(m) ? m[0] : m]));
}

// The colours that a town may change, as they stand in theme.css: the server checks a town's own against them.
function tokens() {
  const [light, dark] = readFileSync(join(web, 'style/theme.css'), 'utf8').split('@media');
  const colours = (css) => Object.fromEntries([...css.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, colour]) => [name, colour]));
  return { light: colours(light), dark: colours(dark) };
}

// Fill of each class and the text on it, for pictures that the server draws.
function classColours() {
  const css = readFileSync(join(web, 'style/classes.css'), 'utf8');
  return Object.fromEntries([...css.matchAll(/\.([a-z]+-\d|plain) \{ --fill: (#[0-9a-f]+); --on: (#[0-9a-f]+); \}/g)].map(([, name, fill, on]) => [name, [fill, on]]));
}

function writeAsset(output, name, bytes) {
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 10);
  const dot = name.lastIndexOf('.');
  const file = `assets/${name.slice(0, dot)}.${hash}${name.slice(dot)}`;
  const asset = { name, path: `/${file}`, file, type: TYPES[name.slice(dot + 1)], br: false, gz: false };
  writeFileSync(join(output, file), bytes);
  if (!/\.(woff2|png)$/.test(name)) {
    const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
    writeFileSync(join(output, `${file}.br`), brotliCompressSync(bytes, { params }));
    writeFileSync(join(output, `${file}.gz`), gzipSync(bytes, { level: 9 }));
    asset.br = asset.gz = true;
  }
  return asset;
}

async function bundleFile(path) {
  const made = await esbuild.build({ entryPoints: [join(web, path)], bundle: true, minify: true, write: false, logLevel: 'warning' });
  return Buffer.from(made.outputFiles[0].contents);
}

async function bundleStyle(font) {
  const made = await esbuild.build({
    entryPoints: [join(web, 'style/main.css')], bundle: true, minify: true, write: false,
    external: ['/assets/*'], plugins: [buttons], logLevel: 'warning', target: ['chrome100', 'firefox100', 'safari15.4'],
  });
  return Buffer.from(made.outputFiles[0].text.replaceAll('/assets/text.woff2', font));
}

// NL Design System's button is a class; here every <button> is one without saying so.
const buttons = {
  name: 'buttons',
  setup: (b) => b.onLoad({ filter: /button-css.*button\.css$/ }, ({ path }) => ({
    loader: 'css', contents: readFileSync(path, 'utf8').replace(/\.nl-button(?![\w-])/g, ':where(button,.nl-button)'),
  })),
};

// A script gets only its own texts, those whose id starts so.
async function bundleClient(language, name, start) {
  const texts = Object.fromEntries(Object.entries(messagesOf(language)).filter(([id]) => id.startsWith(start)));
  const made = await esbuild.build({
    entryPoints: [join(web, `client/${name}.ts`)], bundle: true, minify: true, write: false, format: 'esm',
    logLevel: 'warning', target: ['es2021'],
    define: { TEXTS: JSON.stringify(texts), LANGUAGE: JSON.stringify(language) },
  });
  return Buffer.from(made.outputFiles[0].contents);
}

// The service worker knows the shell: what every page needs, and the page for who is offline. A new shell is a new worker.
async function bundleWorker(assets) {
  const shell = assets.filter((a) => /style\.css|app\.js|text\.woff2|icon\.svg/.test(a.name)).map((a) => a.path);
  const made = await esbuild.build({
    entryPoints: [join(web, 'worker/worker.ts')], bundle: true, minify: true, write: false, format: 'iife',
    logLevel: 'warning', target: ['es2021'], define: { SHELL: JSON.stringify([...shell, '/offline', '/en/offline']) },
  });
  return Buffer.from(made.outputFiles[0].contents);
}

async function loadPages(output) {
  const names = readdirSync(join(web, 'pages')).filter((f) => f.endsWith('.ts')).sort();
  const source = [
    ...names.map((f, i) => `import { page as p${i} } from './pages/${f}';`),
    `export const pages = [${names.map((_, i) => `p${i}`).join(', ')}];`,
    `export { frame, textOf, hrefOf } from './lib/frame';`,
  ].join('\n');
  const bundle = join(output, 'pages.mjs');
  await esbuild.build({
    stdin: { contents: source, resolveDir: web, loader: 'ts' }, bundle: true, format: 'esm', platform: 'node',
    outfile: bundle, logLevel: 'warning', loader: { '.svg': 'text' },
  });
  const loaded = await import(`${pathToFileURL(bundle).href}?${Date.now()}`);
  rmSync(bundle);
  return loaded;
}

async function writeTemplates(output, files) {
  const { pages, frame, textOf, hrefOf } = await loadPages(output);
  const made = [];
  for (const language of LANGUAGES)
    for (const page of pages) {
      const context = { language, name: page.name, t: textOf(messagesOf(language), language), href: hrefOf(language) };
      const file = `${page.name}.${language}.html`;
      const paths = { css: files.css, team: files.team, kpi: files.kpi, fileStyle: files.fileStyle, js: files[`js.${language}`], teamJs: files[`teamJs.${language}`], font: files.font, icon: files.icon, touch: files.touch, picture: files.picture };
      writeFileSync(join(output, file), tighten(frame(page, pages, context, paths).source));
      made.push({ name: page.name, language, path: page.path === undefined ? null : hrefOf(language)(page.path), file, ...(PAGE_TYPES[page.form] && { type: PAGE_TYPES[page.form] }) });
    }
  return made;
}

// Indentation of the source files is of no use to a phone.
function tighten(source) {
  return source.replace(/\n\s+/g, '\n').replace(/\n{2,}/g, '\n').trim() + '\n';
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const output = process.argv[2] ?? 'build/web';
  const { pages, assets } = await build(output);
  console.log(`${output}: ${pages.length} templates, ${assets.length} assets`);
}
