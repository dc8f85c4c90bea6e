/** Preloaded into the program. At exit it appends the URLs of the loaded modules, Node's own ones included, to the file in the variable MODULES. */
import { appendFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

const loaded = [];
registerHooks({
  load(url, context, next) {
    if (url.startsWith('file:')) loaded.push(url);
    return next(url, context);
  },
});
process.on('exit', () => {
  const builtins = process.moduleLoadList.flatMap((entry) => {
    const [, name] = /^NativeModule (.*)/.exec(entry) ?? [];
    return name ? [`node:${name}`] : [];
  });
  appendFileSync(process.env.MODULES, `${[...loaded, ...builtins].join('\n')}\n`);
});
