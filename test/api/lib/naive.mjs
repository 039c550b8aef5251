// SPDX-License-Identifier: EUPL-1.2
// Random queries, each as its text and as a plain function over a graph: filter, sort and cut, the way one would do it by hand.
// Values are numbers, texts, booleans, or null; conditions are true, false or null (three-valued, as SQL and OData have it).
import { halfHour, hasKeys, keys, schema, texts } from './graph.mjs'

const quote = (s) => `'${s.replaceAll("'", "''")}'`
const known = (...xs) => xs.every((x) => x !== null)
// Code points, not UTF-16 units, and no locale.
const order = (a, b) => {
  if (typeof a !== 'string') return a - b
  const x = Array.from(a, (c) => c.codePointAt(0)), y = Array.from(b, (c) => c.codePointAt(0))
  for (let i = 0; i < Math.min(x.length, y.length); i++) if (x[i] !== y[i]) return x[i] - y[i]
  return x.length - y.length
}
const characters = (s) => Array.from(s)

export class Questions {
  constructor(graph, random) {
    this.graph = graph
    this.random = random
  }

  // ---- Terms: { text, value(row) }, of one type ----

  // A property of the row itself or of what it is related to, one each.
  path(set, type, hops = 0, prefix = '') {
    const { random } = this
    const ones = Object.entries(schema[set].relations).filter(([, [, isMany]]) => !isMany)
    if (hops < 2 && ones.length > 0 && random.chance(0.3)) {
      const [name, [target]] = random.of(ones)
      const inner = this.path(target, type, hops + 1, '')
      return inner && { text: `${prefix}${name}/${inner.text}`, value: (row) => inner.value(row.links[name]) }
    }
    const choices = Object.entries(schema[set].properties).filter(([, t]) => t === type)
      .map(([name]) => ({ text: name, value: (row) => row.values[name] ?? null }))
    if (type === 'number') choices.push({ text: 'id', value: (row) => row.id })
    if (hasKeys(set)) {
      for (const [key, t] of Object.entries(keys))
        if (t === type) choices.push({ text: `properties/${key}`, value: (row) => row.values.properties?.[key] ?? null })
    }
    if (choices.length === 0) return null
    const chosen = random.of(choices)
    return { text: prefix + chosen.text, value: chosen.value }
  }

  literal(type) {
    const { random } = this
    const v = type === 'number' ? random.between(-6, 12) / 2 : type === 'text' ? random.of(texts) : type === 'time' ? halfHour(random.between(0, 20)) : random.chance(0.5)
    return { text: type === 'text' ? quote(v) : `${v}`, value: () => v }
  }

  number(set, depth) {
    const { random } = this
    const kind = depth > 0 ? random.below(8) : random.below(2)
    const of = () => this.number(set, depth - 1)
    if (kind === 0) return this.literal('number')
    if (kind <= 3) return this.path(set, 'number') ?? this.literal('number')
    if (kind === 4) {
      const [a, b] = [of(), of()]
      const [word, f] = random.of([['add', (x, y) => x + y], ['sub', (x, y) => x - y], ['mul', (x, y) => x * y]])
      return { text: `(${a.text} ${word} ${b.text})`, value: (row) => { const x = a.value(row), y = b.value(row); return known(x, y) ? f(x, y) : null } }
    }
    if (kind === 5) {
      const a = of()
      const [word, f] = random.of([['floor', Math.floor], ['ceiling', Math.ceil], ['round', (x) => Math.sign(x) * Math.round(Math.abs(x))]])
      return { text: `${word}(${a.text})`, value: (row) => { const x = a.value(row); return known(x) ? f(x) + 0 : null } }
    }
    const a = this.text(set, depth - 1)
    if (kind === 6) return { text: `length(${a.text})`, value: (row) => { const x = a.value(row); return known(x) ? characters(x).length : null } }
    const b = this.literal('text')
    return { text: `indexof(${a.text}, ${b.text})`, value: (row) => { const x = a.value(row); return known(x) ? x.indexOf(b.value()) : null } }
  }

  text(set, depth) {
    const { random } = this
    const kind = depth > 0 ? random.below(7) : random.below(3)
    if (kind === 0) return this.literal('text')
    if (kind <= 3) return this.path(set, 'text') ?? this.literal('text')
    const a = this.text(set, depth - 1)
    const lift = (f) => (row) => { const x = a.value(row); return known(x) ? f(x) : null }
    if (kind === 4) return random.chance(0.5) ? { text: `tolower(${a.text})`, value: lift((x) => x.toLowerCase()) } : { text: `toupper(${a.text})`, value: lift((x) => x.toUpperCase()) }
    if (kind === 5) {
      const from = random.below(3), n = random.below(3)
      return random.chance(0.5) ? { text: `substring(${a.text}, ${from})`, value: lift((x) => characters(x).slice(from).join('')) }
        : { text: `substring(${a.text}, ${from}, ${n})`, value: lift((x) => characters(x).slice(from, from + n).join('')) }
    }
    const b = this.text(set, depth - 1)
    return { text: `concat(${a.text}, ${b.text})`, value: (row) => { const x = a.value(row), y = b.value(row); return known(x, y) ? x + y : null } }
  }

  time(set) {
    const path = this.path(set, 'time')
    if (!path) return this.literal('time')
    if (this.random.chance(0.2)) {
      const value = (row) => { const x = path.value(row); return known(x) ? new Date(Date.parse(x) + 3_600_000).toISOString().replace('.000', '') : null }
      return { text: `(${path.text} add duration'PT1H')`, value }
    }
    return path
  }

  term(set, type, depth) {
    return type === 'number' ? this.number(set, depth) : type === 'text' ? this.text(set, depth) : this.time(set)
  }

  // ---- Conditions ----

  comparison(set, depth) {
    const { random } = this
    const type = random.of(set === 'Observations' ? ['number', 'number', 'text', 'time', 'time'] : ['number', 'text', 'text'])
    const a = this.term(set, type, depth), b = random.chance(0.7) ? this.literal(type) : this.term(set, type, depth)
    const [word, f] = random.of([['eq', (c) => c === 0], ['ne', (c) => c !== 0], ['lt', (c) => c < 0], ['le', (c) => c <= 0], ['gt', (c) => c > 0], ['ge', (c) => c >= 0]])
    return { text: `${a.text} ${word} ${b.text}`, value: (row) => { const x = a.value(row), y = b.value(row); return known(x, y) ? f(order(x, y)) : null } }
  }

  isNull(set) {
    const type = this.random.of(['number', 'text', 'boolean', 'time'])
    const a = this.path(set, type) ?? this.path(set, 'number')
    const isEqual = this.random.chance(0.5)
    return { text: `${a.text} ${isEqual ? 'eq' : 'ne'} null`, value: (row) => (a.value(row) === null) === isEqual }
  }

  textTest(set, depth) {
    const a = this.text(set, depth), b = this.literal('text')
    const [word, f] = this.random.of([['contains', (x, y) => x.includes(y)], ['startswith', (x, y) => x.startsWith(y)], ['endswith', (x, y) => x.endsWith(y)]])
    const test = (row) => { const x = a.value(row), y = b.value(row); return known(x, y) ? f(x, y) : null }
    return word === 'contains' && this.random.chance(0.5) ? { text: `substringof(${b.text}, ${a.text})`, value: test } : { text: `${word}(${a.text}, ${b.text})`, value: test }
  }

  isIn(set) {
    const type = this.random.of(['number', 'text'])
    const found = this.path(set, type)
    const a = found ?? this.path(set, 'number')
    const list = Array.from({ length: this.random.between(1, 3) }, () => this.literal(found ? type : 'number'))
    return { text: `${a.text} in (${list.map((x) => x.text).join(', ')})`,
      value: (row) => { const x = a.value(row); return known(x) ? list.some((y) => y.value() === x) : null } }
  }

  flag(set) {
    const a = this.path(set, 'boolean')
    return a ?? this.isNull(set)
  }

  // Some related entity satisfies the condition. Names within start at the variable.
  any(set, depth) {
    const manys = Object.entries(schema[set].relations).filter(([, [, isMany]]) => isMany)
    if (manys.length === 0) return this.comparison(set, depth)
    const [name, [target]] = this.random.of(manys)
    const inner = this.withPrefix('v', () => this.condition(target, 0))
    return { text: `${name}/any(v: ${inner.text})`, value: (row) => this.graph.related(row, name).some((e) => inner.value(e) === true) }
  }

  // Every path made by `make` starts with the variable.
  withPrefix(variable, make) {
    const plain = this.path
    this.path = (set, type, hops = 0, prefix = '') => {
      const found = plain.call(this, set, type, hops, prefix)
      return found && hops === 0 ? { ...found, text: `${variable}/${found.text}` } : found
    }
    const made = make()
    this.path = plain
    return made
  }

  condition(set, depth) {
    const { random } = this
    if (depth === 0 || random.chance(0.2)) {
      return random.of([() => this.comparison(set, 1), () => this.comparison(set, 2), () => this.isNull(set), () => this.textTest(set, 1),
        () => this.isIn(set), () => this.flag(set)])()
    }
    const kind = random.below(7)
    if (kind === 0) {
      const a = this.condition(set, depth - 1)
      return { text: `not (${a.text})`, value: (row) => { const x = a.value(row); return x === null ? null : !x } }
    }
    if (kind <= 2) {
      const a = this.condition(set, depth - 1), b = this.condition(set, depth - 1)
      return { text: `(${a.text}) and (${b.text})`, value: (row) => { const x = a.value(row), y = b.value(row); return x === false || y === false ? false : known(x, y) ? true : null } }
    }
    if (kind <= 4) {
      const a = this.condition(set, depth - 1), b = this.condition(set, depth - 1)
      return { text: `(${a.text}) or (${b.text})`, value: (row) => { const x = a.value(row), y = b.value(row); return x === true || y === true ? true : known(x, y) ? false : null } }
    }
    return kind === 5 && !Object.hasOwn(this, 'path') ? this.any(set, depth) : this.comparison(set, 2)
  }

  // ---- Options ----

  orders(set) {
    const { random } = this
    return Array.from({ length: random.between(1, 2) }, () => {
      const type = random.of(['number', 'text', 'time'])
      const key = random.chance(0.3) ? this.term(set, type, 1) : this.path(set, type) ?? this.path(set, 'number')
      return { ...key, isDescending: random.chance(0.5) }
    })
  }

  // The rows of a question, in their order; ties are in order of id, which turns with the last key.
  sort(rows, orders, isOfStream) {
    const last = orders.at(-1)?.isDescending ? -1 : 1
    const compare = (a, b) => {
      for (const { value, isDescending } of orders) {
        const x = value(a), y = value(b)
        const c = x === null || y === null ? (y === null) - (x === null) : order(x, y)
        if (c !== 0) return isDescending ? -c : c
      }
      if (orders.length === 0 && isOfStream && a.values.phenomenonTime !== b.values.phenomenonTime)
        return order(a.values.phenomenonTime, b.values.phenomenonTime)
      return last * (a.id - b.id)
    }
    return [...rows].sort(compare)
  }

  // { options: [name, text] pairs, answer(rows, isOfStream) -> { rows, count, hasMore } }
  question(set, depth) {
    const { random } = this
    const options = []
    const filter = random.chance(0.7) ? this.condition(set, 3) : null
    if (filter) options.push(['$filter', filter.text])
    const orders = random.chance(0.6) ? this.orders(set) : []
    if (orders.length) options.push(['$orderby', orders.map((o) => `${o.text}${o.isDescending ? ' desc' : ''}`).join(',')])
    const top = random.chance(0.6) ? random.between(0, 7) : null
    if (top !== null) options.push(['$top', `${top}`])
    const skip = random.chance(0.3) ? random.between(0, 4) : 0
    if (skip) options.push(['$skip', `${skip}`])
    const wantsCount = random.chance(0.4)
    if (wantsCount) options.push(['$count', 'true'])
    const names = Object.keys(schema[set].properties)
    const selected = random.chance(0.5) ? random.some(names, 3) : null
    if (selected) options.push(['$select', ['id', ...selected].join(',')])
    const expands = depth > 0 && random.chance(0.6) ? random.some(Object.keys(schema[set].relations), 2).map((name) => this.expansion(set, name, depth - 1)) : []
    if (expands.length) options.push(['$expand', expands.map((x) => x.text).join(',')])
    const answer = (all, isOfStream) => {
      const matching = this.sort(filter ? all.filter((row) => filter.value(row) === true) : all, orders, isOfStream)
      const rest = matching.slice(skip), page = top === null ? rest : rest.slice(0, top)
      return { rows: page, rest, count: wantsCount ? matching.length : undefined, hasMore: top !== 0 && page.length < rest.length }
    }
    const show = (row) => {
      const shown = { '@iot.id': row.id }
      for (const name of selected ?? names) {
        const v = row.values[name] ?? null
        if (v !== null || name === 'result' || name === 'resultTime') shown[name] = v
      }
      for (const x of expands) x.show(row, shown)
      return shown
    }
    return { options, answer, show, top }
  }

  expansion(set, name, depth) {
    const [target, isMany] = schema[set].relations[name]
    const inner = this.question(target, depth)
    const isOfStream = set === 'Datastreams' && target === 'Observations'
    const options = isMany ? inner.options : inner.options.filter(([key]) => key === '$select' || key === '$expand')
    return {
      text: options.length ? `${name}(${options.map(([k, v]) => `${k}=${v}`).join(';')})` : name,
      show: (row, shown) => {
        const related = this.graph.related(row, name)
        if (!isMany) {
          shown[name] = inner.show(related[0])
          return
        }
        const { rows, count, hasMore } = inner.answer(related, isOfStream)
        if (count !== undefined) shown[`${name}@iot.count`] = count
        shown[name] = rows.map(inner.show)
        if (hasMore) shown[`${name}@iot.nextLink`] = true
      },
    }
  }
}
