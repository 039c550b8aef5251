// SPDX-License-Identifier: EUPL-1.2
// A random graph of entities, made on the server and kept here: what the naive evaluator looks at.
import { datastream, feature, link, location, observedProperty, point, sensor, thing } from './entities.mjs'

export const texts = ['a', 'ab', 'abc', 'b', 'Ab', 'Ö', 'öl', "it's", 'x y', '']
export const keys = { n: 'number', s: 'text', t: 'boolean' }  // members of `properties`, each of one type, or absent

// name: set, property -> type; relation -> [target set, is it many]
export const schema = {
  Things: { properties: { name: 'text', description: 'text' }, relations: { Datastreams: ['Datastreams', true], Locations: ['Locations', true] } },
  Locations: { properties: { name: 'text' }, relations: { Things: ['Things', true] } },
  Datastreams: {
    properties: { name: 'text', description: 'text' },
    relations: { Thing: ['Things', false], Sensor: ['Sensors', false], ObservedProperty: ['ObservedProperties', false], Observations: ['Observations', true] },
  },
  Sensors: { properties: { name: 'text' }, relations: { Datastreams: ['Datastreams', true] } },
  ObservedProperties: { properties: { name: 'text', definition: 'text' }, relations: { Datastreams: ['Datastreams', true] } },
  Observations: {
    properties: { result: 'number', phenomenonTime: 'time', resultTime: 'time' },
    relations: { Datastream: ['Datastreams', false], FeatureOfInterest: ['FeaturesOfInterest', false] },
  },
  FeaturesOfInterest: { properties: { name: 'text' }, relations: { Observations: ['Observations', true] } },
}
export const hasKeys = (set) => set !== 'Observations'

export const halfHour = (n) => new Date(Date.UTC(2026, 0, 1) + n * 1_800_000).toISOString().replace('.000', '')

function randomProperties(random) {
  if (random.chance(0.2)) return undefined
  const properties = {}
  if (random.chance(0.7)) properties.n = random.between(-3, 6) / 2
  if (random.chance(0.7)) properties.s = random.of(texts.filter((s) => s !== ''))
  if (random.chance(0.7)) properties.t = random.chance(0.5)
  return properties
}

export class Graph {
  constructor(peil, random) {
    this.peil = peil
    this.random = random
    this.sets = Object.fromEntries(Object.keys(schema).map((set) => [set, []]))
  }

  async add(set, body, links = {}, extra = {}) {
    const id = await this.peil.make(set, { ...body, ...extra })
    const entity = { set, id, values: body, links }
    this.sets[set].push(entity)
    return entity
  }

  many(from, relation) {
    const [target] = schema[from.set].relations[relation]
    if (from.set === 'Things' && relation === 'Locations') return from.links.Locations
    if (from.set === 'Locations' && relation === 'Things') return this.sets.Things.filter((t) => t.links.Locations.includes(from))
    const back = { Things: 'Thing', Sensors: 'Sensor', ObservedProperties: 'ObservedProperty', Datastreams: 'Datastream',
      FeaturesOfInterest: 'FeatureOfInterest' }[from.set]
    return this.sets[target].filter((e) => e.links[back] === from)
  }

  // Related entities, as a list also where it is one.
  related(from, relation) {
    return schema[from.set].relations[relation][1] ? this.many(from, relation) : [from.links[relation]]
  }

  named(make) {
    const { random } = this
    return make({ name: random.of(texts), description: random.of(texts), properties: randomProperties(random) })
  }

  async build({ things, streams, observations }) {
    const { random } = this
    for (let i = 0; i < 3; i++) {
      await this.add('Locations', this.named((x) => location({ ...x, location: point(i, i) })))
      await this.add('Sensors', this.named((x) => sensor(x)))
      await this.add('ObservedProperties', this.named((x) => observedProperty(x)))
      await this.add('FeaturesOfInterest', this.named((x) => feature(x)))
    }
    for (let i = 0; i < things; i++) {
      const at = random.chance(0.8) ? [random.of(this.sets.Locations)] : []
      await this.add('Things', this.named((x) => thing(x)), { Locations: at }, { Locations: at.map((l) => link(l.id)) })
    }
    for (let i = 0; i < streams; i++) {
      const links = { Thing: random.of(this.sets.Things), Sensor: random.of(this.sets.Sensors), ObservedProperty: random.of(this.sets.ObservedProperties) }
      await this.add('Datastreams', this.named((x) => datastream(x)), links,
        Object.fromEntries(Object.entries(links).map(([name, e]) => [name, link(e.id)])))
    }
    for (let i = 0; i < observations; i++) {
      const stream = random.of(this.sets.Datastreams), place = random.of(this.sets.FeaturesOfInterest)
      const body = { phenomenonTime: halfHour(random.between(0, 20)), result: random.chance(0.1) ? null : random.between(-6, 12) / 2 }
      if (random.chance(0.6)) body.resultTime = halfHour(random.between(0, 20))
      await this.add('Observations', body, { Datastream: stream, FeatureOfInterest: place },
        { Datastream: link(stream.id), FeatureOfInterest: link(place.id) })
    }
  }
}
