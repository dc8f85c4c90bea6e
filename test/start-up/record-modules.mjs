/** Preloaded into the program: writes the modules it has loaded to the file that MODULES names, when it ends. */
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
