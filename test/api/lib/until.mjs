// SPDX-License-Identifier: EUPL-1.2

// Waits until `ready` gives something, which it answers; `what` was waited for, or tells it when asked. The time is for a loaded
// machine: nobody waits it out but a test that fails.
export async function until(ready, what, ms = 60_000) {
  for (const end = Date.now() + ms; ;) {
    const got = await ready()
    if (got) return got
    if (Date.now() > end) throw new Error(`waited in vain for ${typeof what === 'function' ? await what() : what}`)
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}
