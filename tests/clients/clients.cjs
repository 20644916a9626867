// HL7 clients of other makers, one after another message over one listener each.
// node clients.cjs CLIENT PORT MESSAGES.json [TLS.json]; run in the folder of node_modules.
// Prints a JSON list of [MSA-1, MSA-2] in the order of the answers.
'use strict';
const fs = require('node:fs');
const net = require('node:net');
const tls = require('node:tls');
const path = require('node:path');
const { createRequire } = require('node:module');
const load = createRequire(path.join(process.cwd(), 'index.js'));

const [name, portText, file, secrets] = process.argv.slice(2);
const port = Number(portText);
const messages = JSON.parse(fs.readFileSync(file, 'utf8'));
const secure = secrets && JSON.parse(fs.readFileSync(secrets, 'utf8'));
const secureOptions = secure && {
  ca: fs.readFileSync(secure.ca), cert: fs.readFileSync(secure.cert), key: fs.readFileSync(secure.key),
};

const acknowledged = (text) => {
  const line = text.split('\r').find((segment) => segment.startsWith('MSA'));
  return line.split('|').slice(1, 3);
};

const clients = {
  async 'simple-hl7'() {
    const hl7 = load('simple-hl7');
    const client = hl7.Server.createTcpClient({ host: '127.0.0.1', port, keepalive: true });
    const parser = new hl7.Parser({ segmentSeperator: '\r' });
    const answers = [];
    for (const message of messages) {
      answers.push(await new Promise((done, fail) => {
        client.send(parser.parse(message), (error, ack) => (error ? fail(error) : done(acknowledged(ack.toString()))));
      }));
    }
    client.close();
    return answers;
  },

  async 'mllp-node'() {
    const { MLLPServer } = load('mllp-node');
    const free = await new Promise((done) => {
      const probe = net.createServer().listen(0, '127.0.0.1', () => {
        const found = probe.address().port;
        probe.close(() => done(found));
      });
    });
    const client = new MLLPServer('127.0.0.1', free, () => {});
    const answers = [];
    for (const message of messages) {
      answers.push(await new Promise((done, fail) => {
        client.send('127.0.0.1', port, message, (error, ack) => (error ? fail(error) : done(acknowledged(ack))));
      }));
    }
    return answers;
  },

  async '@medplum/hl7'() {
    const { Hl7Client, Hl7Connection } = load('@medplum/hl7');
    const { Hl7Message } = load('@medplum/core');
    let client = new Hl7Client({ host: '127.0.0.1', port });
    if (secure) {
      // Its client opens plain sockets; its connection takes any.
      const socket = tls.connect({ host: '127.0.0.1', port, ...secureOptions });
      await new Promise((done, fail) => socket.once('secureConnect', done).once('error', fail));
      client = new Hl7Connection(socket);
    }
    const answers = [];
    for (const message of messages) {
      answers.push(acknowledged((await client.sendAndWait(Hl7Message.parse(message))).toString()));
    }
    client.close();
    return answers;
  },

  async 'node-hl7-client'() {
    const { Client, Message } = load('node-hl7-client');
    const answers = [];
    let heard = () => {};
    const client = new Client({ host: '127.0.0.1', ...(secure ? { tls: secureOptions } : {}) });
    const connection = client.createConnection({ port, waitAck: true }, (response) => {
      answers.push(acknowledged(response.getMessage().toString()));
      heard();
    });
    for (const message of messages) {
      const answer = new Promise((done) => { heard = done; });
      await connection.sendMessage(new Message({ text: message }));
      await answer;
    }
    await connection.close();
    return answers;
  },
};

clients[name]().then(
  (answers) => { process.stdout.write(JSON.stringify(answers), () => process.exit(0)); },
  (error) => { console.error(String(error)); process.exit(1); },
);
