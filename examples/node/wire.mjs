// Used by both server and client: messages from bytes, options, connections with or without TLS.
import fs from 'node:fs'
import net from 'node:net'
import tls from 'node:tls'
import { parseArgs } from 'node:util'

const LIMIT = 16 << 20 // bytes of one message; a proxy passes 1 MiB unless it is set otherwise
const [QUOTE, BACKSLASH, OPEN, CLOSE] = Buffer.from('"\\{}')

/** Yields the messages of a connection. One read may bring half a message, or several: a message ends where its bracket closes. */
export async function* messages(socket) {
  let parts = [], size = 0, depth = 0, inString = false, escaped = false
  // destroyOnReturn: a peer that ends its side still gets its answers.
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    let from = 0
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at]
      if (escaped) escaped = false // a character after a backslash does not end a string
      else if (inString && byte === BACKSLASH) escaped = true
      else if (byte === QUOTE) inString = !inString
      else if (!inString && (byte === OPEN || byte === CLOSE)) {
        depth += byte === OPEN ? 1 : -1
        if (depth <= 0) {
          // Bytes are joined before they are decoded: a character may be cut in two.
          const text = Buffer.concat([...parts, chunk.subarray(from, at + 1)]).toString('utf8')
          parts = []
          size = 0
          from = at + 1
          yield JSON.parse(text) // throws if it is not JSON; the caller closes the connection
        }
      }
    }
    parts.push(chunk.subarray(from))
    size += chunk.length - from
    if (size > LIMIT) throw new Error('a message is over the limit')
  }
}

/** Writes a message in one write. Keys keep their order, so put msgId in first. Returns false if the peer should read first. */
export const write = (socket, message) => socket.write(JSON.stringify(message))

export function options(more) {
  const common = { proxy: { type: 'string', default: '127.0.0.1:8123' }, policy: { type: 'string' }, id: { type: 'string', default: '1' },
    cacert: { type: 'string' }, cert: { type: 'string' }, key: { type: 'string' } }
  try {
    const { values } = parseArgs({ options: { ...common, ...more } })
    if (values.policy === undefined) throw new Error('--policy is missing')
    return values
  } catch (error) {
    console.error(error.message)
    process.exit(2)
  }
}

/** Certificates from PEM files. A peer that connects must show one of the same authority: only the proxy gets answers. */
export const certificates = ({ cacert, cert, key }) => ({
  ca: cacert && fs.readFileSync(cacert),
  cert: cert && fs.readFileSync(cert),
  key: key && fs.readFileSync(key),
  requestCert: true,
  rejectUnauthorized: true,
  allowHalfOpen: true,
})

/** Connects, with --cacert by TLS. The proxy's certificate must name its host, which Node checks by itself. */
export function connect(options, timeoutMs) {
  const [, host, port] = /^\[?(.+?)\]?:(\d{1,5})$/.exec(options.proxy) ?? []
  if (port === undefined) throw new Error(`'${options.proxy}' is not HOST:PORT`)
  return new Promise((resolve, reject) => {
    const socket = options.cacert
      ? tls.connect({ host, port, ...certificates(options) }, () => resolve(socket))
      : net.connect({ host, port }, () => resolve(socket))
    const timer = setTimeout(() => socket.destroy(new Error('no connection in time')), timeoutMs)
    socket.once('close', () => reject(new Error('closed')))
    socket.once(options.cacert ? 'secureConnect' : 'connect', () => clearTimeout(timer))
    socket.on('error', reject) // for the whole life: an error without a listener would end the process
  })
}

/** The promise's outcome, or an error after a while. */
export function within(ms, promise, what) {
  let timer
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error(what)), ms) })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}
