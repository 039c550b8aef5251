// SPDX-License-Identifier: EUPL-1.2
// Random numbers from a seed (mulberry32), so that a failing case can be run again.
export class Random {
  constructor(seed) { this.state = seed >>> 0 }

  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0
    let t = this.state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }

  below(n) { return Math.floor(this.next() * n) }
  between(low, high) { return low + this.below(high - low + 1) }
  chance(p) { return this.next() < p }
  of(list) { return list[this.below(list.length)] }
  some(list, most) { return list.filter(() => this.chance(0.5)).slice(0, most) }
}
