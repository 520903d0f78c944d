// Every command that a page tells somebody to type.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { allPages, commandsOf, page, ROOT } from './pages.ts';

const scripts: Readonly<Record<string, string>> = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')).scripts;
const help = execFileSync(process.execPath, [`${ROOT}bin/launcher/main.ts`, 'help'], { encoding: 'utf8' });
const known = new Set([...help.matchAll(/^ {2}([a-z-]+)/gm)].map(([, word]) => word));

/** What is wrong with a command; undefined where nothing is. */
function problemOf(command: string): string | undefined {
  const [program = '', ...args] = command.split(' ');
  if (program === 'npm') return npmProblem(args);
  if (program === 'node') return existsSync(ROOT + args[0]) ? undefined : 'the file does not exist';
  if (!/^(bin|\.ci)\/[a-z]+$/.test(program)) return 'it is no command of this project';
  accessSync(ROOT + program, constants.X_OK);
  return program === 'bin/examhall' && !known.has(args[0]) ? 'bin/examhall does not know it' : undefined;
}

function npmProblem([run = '', name = '']: string[]): string | undefined {
  const script = scripts[name];
  if (run !== 'run' || script === undefined) return 'package.json does not have it';
  const [program = '', file = ''] = script.split(' ');
  accessSync(ROOT + program, constants.X_OK);
  return existsSync(ROOT + file) ? undefined : `${file} does not exist`;
}

describe('commands in the documents', () => {
  for (const one of allPages().filter((candidate) => commandsOf(candidate).length > 0)) {
    for (const command of new Set(commandsOf(one))) {
      it(`${one.path}: ${command}`, () => assert.equal(problemOf(command), undefined));
    }
  }

  it('in the text of a page exist too', () => {
    for (const { path, text } of allPages()) {
      for (const [, command = ''] of text.matchAll(/`((?:bin\/(?:demo|test|examhall)|npm run)[^`]*)`/g)) {
        assert.equal(
          problemOf(command),
          command === 'bin/examhall' ? 'bin/examhall does not know it' : undefined,
          `${path}: ${command}`,
        );
      }
    }
  });

  it('are the two that the README begins with', () => {
    const [first] = commandsOf(page('README.md'));
    assert.equal(first, 'bin/demo');
    assert.ok(commandsOf(page('README.md')).includes('bin/test'));
  });

  it('of bin/examhall are all told to operators', () => {
    const told = page('docs/operations.md').text;
    for (const word of known)
      if (word !== 'demo' && word !== 'test') assert.match(told, new RegExp(`\`bin/examhall ${word}`));
  });
});
