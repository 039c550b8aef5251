// SPDX-License-Identifier: EUPL-1.2
// Identity providers: a real one (the npm package oidc-provider), and one that lies.
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Peil } from './peil.mjs'
import { quick } from './staff.mjs'
import { newFolder } from './folder.mjs'

export const CLIENT = 'peil-rijswijk'
export const SECRET = 'a secret with: colon & 100% odd+characters'
export const ROLE_MAP = 'peil-admin=administrator, peil-audit=auditor'

async function listening(handler) {
  const server = createServer(handler)
  server.unref().listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, url: `http://127.0.0.1:${server.address().port}` }
}

// peil that knows the provider; its secret stands in a file of its own.
export function peilWith(issuer, args = []) {
  const file = join(newFolder('oidc'), 'secret')
  writeFileSync(file, `${SECRET}\n`, { mode: 0o600 })
  return Peil.start({ args: [...quick, ...[`issuer=${issuer}`, `client_id=${CLIENT}`, `client_secret_file=${file}`, `role_map=${ROLE_MAP}`].flatMap((s) => ['--set', `oidc.${s}`]), ...args] })
}

export function key(alg, kid) {
  const [type, options] = { RS256: ['rsa', { modulusLength: 2048 }], ES256: ['ec', { namedCurve: 'P-256' }], EdDSA: ['ed25519', {}] }[alg]
  // Written out and read again: Node 20 now and then waits for ever when the rubbish of a made pair is collected while it is exported.
  const encoding = { privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } }
  const made = createPrivateKey(generateKeyPairSync(type, { ...options, ...encoding }).privateKey)
  const jwk = (k) => ({ ...k.export({ format: 'jwk' }), kid, use: 'sig', alg })
  return { alg, kid, private: made, jwk: jwk(made), public: jwk(createPublicKey(made)) }
}

const b64 = (o) => Buffer.from(typeof o === 'string' ? o : JSON.stringify(o)).toString('base64url')

export function token(k, claims, header = {}) {
  const text = `${b64({ alg: k.alg, kid: k.kid, ...header })}.${b64(claims)}`
  const by = k.alg === 'EdDSA' ? sign(null, Buffer.from(text), k.private) : sign('sha256', Buffer.from(text), { key: k.private, dsaEncoding: 'ieee-p1363' })
  return `${text}.${by.toString('base64url')}`
}

// The real one. `people`: name -> groups. `start` once peil's address is known.
export async function realProvider(people, alg = 'ES256') {
  const { server, url } = await listening((request, response) => handler ? handler(request, response) : response.writeHead(503).end())
  let handler
  const start = async (peilUrl) => {
    const { default: Provider } = await import('oidc-provider')
    const provider = new Provider(url, {
      clients: [{ client_id: CLIENT, client_secret: SECRET, redirect_uris: [`${peilUrl}/team/aanbieder/terug`], post_logout_redirect_uris: [`${peilUrl}/team/inloggen`],
        backchannel_logout_uri: `${peilUrl}/team/aanbieder/uitgelogd`, backchannel_logout_session_required: true, id_token_signed_response_alg: alg }],
      clientBasedCORS: () => false,
      conformIdTokenClaims: false,
      jwks: { keys: ['RS256', 'ES256', 'EdDSA'].map((a) => key(a, `real-${a}`).jwk) },
      claims: { openid: ['sub'], profile: ['preferred_username', 'groups'] },
      features: { backchannelLogout: { enabled: true }, devInteractions: { enabled: true } },
      cookies: { keys: ['of the test'] },
      enabledJWA: { idTokenSigningAlgValues: ['RS256', 'ES256', 'EdDSA'] },
      pkce: { required: () => true, methods: ['S256'] },
      findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, preferred_username: sub, groups: people[sub] ?? [] }) }),
    })
    handler = provider.callback()
    return provider
  }
  return { url, start, stop: () => { server.closeAllConnections?.(); server.close() }, server }
}

// One that answers any code with what `lie` makes of an honest token: { claims, key, header } or a text.
export async function liar() {
  const op = { keys: [key('ES256', 'k1')], lie: (t) => t, seen: [], broken: false, discovery: {} }
  const handler = (request, response) => {
    const json = (o, status = 200) => response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(o))
    const path = new URL(request.url, op.url).pathname
    op.seen.push(path)
    if (op.broken) return response.writeHead(500).end('oops')
    if (path === '/.well-known/openid-configuration')
      return json({ issuer: op.url, authorization_endpoint: `${op.url}/auth`, token_endpoint: `${op.url}/token`, jwks_uri: `${op.url}/jwks`, ...op.discovery })
    if (path === '/jwks') return json({ keys: op.keys.map((k) => k.public) })
    let body = ''
    request.on('data', (d) => { body += d }).on('end', () => {
      const form = new URLSearchParams(body), now = Math.floor(Date.now() / 1000)
      const basic = Buffer.from((request.headers.authorization ?? '').replace('Basic ', ''), 'base64').toString()
      op.authenticated = basic === [CLIENT, SECRET].map((t) => encodeURIComponent(t)).join(':')
      op.challenge = createHash('sha256').update(form.get('code_verifier') ?? '').digest('base64url')
      if (form.get('code') !== 'good') return json({ error: 'invalid_grant' }, 400)
      const honest = { key: op.keys[0], header: {}, claims: { iss: op.url, sub: 'eva', aud: CLIENT, iat: now, exp: now + 300, nonce: op.nonce, sid: 'sid-1', preferred_username: 'eva', groups: ['peil-admin'] } }
      const told = op.lie(honest)
      json({ access_token: 'x', token_type: 'Bearer', id_token: typeof told === 'string' ? told : token(told.key, told.claims, told.header) })
    })
  }
  const { server, url } = await listening(handler)
  op.url = url
  op.stop = () => { server.closeAllConnections?.(); server.close() }
  return op
}
