/** Preloaded into the program. At exit it appends the URLs of the loaded modules to the file in the variable MODULES. */
import { appendFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

const loaded = [];
registerHooks({
  load(url, context, next) {
    if (url.startsWith('file:')) loaded.push(url);
    return next(url, context);
  },
});
process.on('exit', () => appendFileSync(process.env.MODULES, `${loaded.join('\n')}\n`));
