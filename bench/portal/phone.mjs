// SPDX-License-Identifier: EUPL-1.2
// A slow phone's visit to a page, as portal.md section 14 has it: 412 pixels, a processor four times slower, 1.6 Mbit/s, 150 ms.
// Times by the clock are the machine's as much as the page's. So each task of the page is told in processor time too: four times what
// it takes at full speed, for the throttle itself burns processor time.

export const SLOWER = 4
const LINE = { offline: false, latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 1e6 / 8 }
const LONG = 50 // milliseconds: what a task takes beyond that is blocking time (web.dev, Total Blocking Time)

async function open(browser) {
  const context = await browser.newContext({ viewport: { width: 412, height: 915 } })
  const page = await context.newPage()
  const session = await context.newCDPSession(page)
  await session.send('Network.enable')
  return { context, page, session }
}

// What comes over the line, by kind: Document, Stylesheet, Font, Script, Other ...
function weigh(session, url) {
  const requests = new Map(), weights = { all: 0, requests: 0, outside: 0 }
  session.on('Network.requestWillBeSent', (e) => {
    weights.requests++
    if (!e.request.url.startsWith(url) && !e.request.url.startsWith('data:')) weights.outside++
  })
  session.on('Network.responseReceived', (e) => requests.set(e.requestId, e.type))
  session.on('Network.loadingFinished', (e) => {
    const kind = requests.get(e.requestId)
    if (kind === 'EventSource') return
    weights[kind] = (weights[kind] ?? 0) + e.encodedDataLength
    weights.all += e.encodedDataLength
  })
  return weights
}

function observe() {
  const seen = globalThis.seen = { lcp: 0, cls: 0, inp: 0, tasks: [] }
  const watch = (type, take) => new PerformanceObserver((l) => l.getEntries().forEach(take)).observe({ type, buffered: true, durationThreshold: 16 })
  watch('largest-contentful-paint', (e) => (seen.lcp = e.startTime))
  watch('layout-shift', (e) => (seen.cls += e.hadRecentInput ? 0 : e.value))
  watch('longtask', (e) => seen.tasks.push([e.startTime, e.duration]))
  watch('event', (e) => (seen.inp = Math.max(seen.inp, e.duration)))
}

const over = (tasks, fits) => tasks.reduce((all, [start, took]) => all + (fits(start) ? Math.max(0, took - LONG) : 0), 0)

// Answers { lcp, cls, inp, tbt, before: ms of long tasks before the first paint, weights }.
export async function visit(browser, url, path, act) {
  const { context, page, session } = await open(browser)
  await session.send('Network.emulateNetworkConditions', LINE)
  await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWER })
  const weights = weigh(session, url)
  await page.addInitScript(observe)
  await page.goto(url + path, { waitUntil: 'load' })
  await page.waitForTimeout(1500)
  await act?.(page)
  const seen = await page.evaluate(() => ({ ...globalThis.seen, painted: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0 }))
  await context.close()
  // Blocking time counts from the first paint of content on: before it there is nothing to be kept from.
  return { ...seen, tbt: over(seen.tasks, (start) => start >= seen.painted), before: over(seen.tasks, (start) => start < seen.painted), weights }
}

// The outermost tasks of the page's thread since it began to come: [start, processor time], in ms.
function tasksOf(events, url) {
  const began = events.filter((e) => e.name === 'navigationStart' && e.args?.data?.documentLoaderURL?.startsWith(url)).at(-1)
  const tasks = events.filter((e) => e.ph === 'X' && /RunTask$/.test(e.name) && e.pid === began.pid && e.tid === began.tid && e.ts >= began.ts)
  let end = 0
  return tasks.sort((a, b) => a.ts - b.ts || b.dur - a.dur).flatMap((t) => {
    if (t.ts < end) return []
    end = t.ts + t.dur
    return [[(t.ts - began.ts) / 1000, (t.tdur ?? 0) / 1000]]
  })
}

// Processor time of the page's tasks on a phone: { tbt, before, longest, all }, in ms.
export async function work(browser, url, path) {
  const { context, page, session } = await open(browser)
  const events = []
  session.on('Tracing.dataCollected', (e) => events.push(...e.value))
  const traced = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve))
  await session.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig: { includedCategories: ['toplevel', 'blink.user_timing'], excludedCategories: ['*'] } })
  await page.goto(url + path, { waitUntil: 'load' })
  await page.waitForTimeout(1000)
  const painted = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0)
  await session.send('Tracing.end')
  await traced
  await context.close()
  const tasks = tasksOf(events, url).map(([start, took]) => [start, took * SLOWER])
  return {
    tbt: over(tasks, (start) => start >= painted), before: over(tasks, (start) => start < painted),
    longest: Math.max(...tasks.map(([, took]) => took)), all: tasks.reduce((all, [, took]) => all + took, 0),
  }
}
