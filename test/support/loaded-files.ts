// Given to a process by `--import`: writes what files it loaded, a line each, to the file that LOADED_FILES names, when it ends.
import { writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

const loaded: string[] = [];
registerHooks({
  load(url, context, next) {
    loaded.push(url);
    return next(url, context);
  },
});
process.on('exit', () => writeFileSync(process.env.LOADED_FILES ?? '', loaded.join('\n')));
