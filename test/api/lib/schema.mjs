// SPDX-License-Identifier: EUPL-1.2
// Does a value fit a schema of our OpenAPI document? Knows what that document uses, and refuses members that no schema names.
export function misfits(document, schema, value, where = '') {
  if (schema.$ref) return misfits(document, at(document, schema.$ref), value, where)
  if (value === null) return schema.nullable || schema.type === undefined ? [] : [`${where}: null`]
  if (schema.allOf) return schema.allOf.flatMap((part) => misfits(document, part, value, where))
  if (schema.enum && !schema.enum.includes(value)) return [`${where}: ${value} is none of ${schema.enum}`]
  switch (schema.type) {
    case 'string':
      if (typeof value !== 'string') return [`${where}: ${typeof value}`]
      if (schema.format === 'date-time' && !/^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/.test(value)) return [`${where}: ${value}`]
      return []
    case 'integer': return Number.isInteger(value) ? [] : [`${where}: ${value}`]
    case 'number': return typeof value === 'number' ? [] : [`${where}: ${typeof value}`]
    case 'boolean': return typeof value === 'boolean' ? [] : [`${where}: ${typeof value}`]
    case 'array':
      return Array.isArray(value) ? value.flatMap((one, i) => misfits(document, schema.items, one, `${where}[${i}]`)) : [`${where}: no array`]
    case 'object': return object(document, schema, value, where)
    default: return []
  }
}

function object(document, schema, value, where) {
  if (typeof value !== 'object' || Array.isArray(value)) return [`${where}: no object`]
  if (!schema.properties) return []
  const lacking = (schema.required ?? []).filter((name) => !(name in value)).map((name) => `${where}: no ${name}`)
  return lacking.concat(Object.entries(value).flatMap(([name, member]) =>
    schema.properties[name] ? misfits(document, schema.properties[name], member, `${where}.${name}`) : [`${where}: ${name} is not described`]))
}

export const at = (document, reference) => reference.slice(2).split('/').reduce((node, key) => node?.[key], document)
