#!/usr/bin/env node
// Sends one message and prints the answer's payload. Ends with 0, or 1 refused, 2 wrong usage, 3 could not connect, 4 timed out.
import { connect, messages, options, within, write } from './wire.mjs'

const LATE = 'no answer in time'
const opts = options({ payload: { type: 'string', default: '' }, timeout: { type: 'string', default: '10' } })
const timeoutMs = Number(opts.timeout) * 1000

function end(exitCode, sentence) {
  console.error(sentence)
  process.exit(exitCode)
}

/** Replies with a msgId come as soon as they are ready, in any order. A refusal of an unreadable message has no msgId. */
async function answerTo(msgId, socket) {
  for await (const message of messages(socket)) {
    if (message.msgId === msgId || ('Error' in message && !('msgId' in message))) return message
  }
  throw new Error('the proxy hung up')
}

let socket
try {
  socket = await connect(opts, timeoutMs)
} catch (error) {
  end(3, `cannot connect to ${opts.proxy}: ${error.message}`)
}
write(socket, { msgId: 1, type: 0, srcid: opts.id, privPoliId: opts.policy, payloadsize: [...opts.payload].length, payload: opts.payload,
  deadlineMs: Math.max(1, Math.floor(timeoutMs)) })
let answer
try {
  // Wait a second longer than the proxy: its TIMEOUT refusal says more than silence.
  answer = await within(timeoutMs + 1000, answerTo(1, socket), LATE)
} catch (error) {
  if (error.message === LATE) end(4, `${LATE}; the message may have been handled: do not send it again unless that does no harm`)
  end(1, `the connection broke before the answer (${error.message}); the message may have been handled`)
}
if ('Error' in answer) {
  const again = answer.retryable === true ? 'nothing was done with it, send it again later' : 'do not send it again as it is'
  end(answer.code === 'TIMEOUT' ? 4 : 1, `refused: ${answer.Error} (${answer.code ?? 'no code'}): ${again}`)
}
// The end of the process waits for the line: whatever reads it may be slow.
process.stdout.write(`${answer.payload}\n`, () => process.exit(0))
