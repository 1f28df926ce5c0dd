#!/usr/bin/env node
// A policy server that answers with the payload in upper case. docs/write-a-server.md walks through it.
import net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import tls from 'node:tls'
import { Registration } from './registration.mjs'
import { certificates, messages, options, write } from './wire.mjs'

const text = { type: 'string' }
const opts = options({ listen: { ...text, default: '0' }, bind: { ...text, default: '127.0.0.1' }, token: text })
const inHand = new Set() // messages that are not answered yet
let registration

/** Put your code here. Do not block the event loop: it sends the heartbeats as well. */
const work = async (payload) => payload.toUpperCase()

/** One data connection: a hello with our lease, then messages. They are worked on at once and answered in any order. */
async function serve(socket) {
  socket.on('error', () => {}) // the loop below ends by it; an error without a listener would end the process
  socket.setNoDelay(true)
  const mine = new Set()
  let ours = false
  try {
    for await (const message of messages(socket)) {
      if (String(message.type) === '7') {
        ours = await isOurs(message.lease)
        // This address was another server's before: refuse what comes along, then close.
        if (!ours) setTimeout(() => socket.destroySoon(), 200)
        continue
      }
      const task = answer(message, ours, socket)
      for (const tasks of [mine, inHand]) {
        tasks.add(task)
        task.finally(() => tasks.delete(task))
      }
      // A peer that does not read its answers is not read from.
      if (socket.writableNeedDrain) await new Promise((resolve) => socket.once('drain', resolve).once('close', resolve))
    }
    await Promise.all(mine) // the peer has ended its side; its messages are still answered
  } catch (error) {
    console.error(`data connection closed: ${error.message}`)
  } finally {
    socket.destroySoon()
  }
}

async function isOurs(lease) {
  for (let i = 0; i < 100; i++) { // the hello may overtake the answer to our setup: they come on two connections
    if (lease !== undefined && lease === registration.lease) return true
    await sleep(10)
  }
  return false
}

async function answer(message, ours, socket) {
  const reply = 'msgId' in message ? { msgId: message.msgId } : {} // first, so that it is the first key
  const { type, srcid, privPoliId, payload } = message
  if (!ours || String(privPoliId) !== opts.policy) {
    Object.assign(reply, { Error: 'This server does not serve this policy', code: 'NOT_SERVED', retryable: true })
  } else if (String(type) !== '0' || srcid === undefined || typeof payload !== 'string') {
    Object.assign(reply, { Error: 'A message has type 0, srcid and payload', code: 'BAD_MESSAGE', retryable: false })
  } else {
    try {
      const done = await work(payload)
      Object.assign(reply, { type: 2, srcid: opts.id, destid: srcid, payloadsize: [...done].length, payload: done })
    } catch (error) { // costs only this message; it may have been handled in part, so it is not retryable
      console.error(`a message failed: ${error.message}`)
      Object.assign(reply, { Error: 'The server failed', code: 'SERVER_FAILED', retryable: false })
    }
  }
  write(socket, reply)
}

async function answered() {
  while (inHand.size > 0) await Promise.all(inHand)
}

const listener = opts.cert
  ? tls.createServer(certificates(opts), serve).on('tlsClientError', (error) => console.error(`no TLS: ${error.message}`))
  : net.createServer({ allowHalfOpen: true }, serve)
listener.listen({ port: Number(opts.listen), host: opts.bind, backlog: 512 }, async () => {
  // Register only now: the proxy may connect as soon as it knows us.
  registration = new Registration(opts, listener.address().port, answered)
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => registration.stop())
  await registration.keep()
  process.exit(0)
})
