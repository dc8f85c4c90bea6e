/** Converts CloudFormation's rejection of a template to an error with the line of the template. */
import { errorName } from '../aws/errors.ts';
import { UserError } from '../user-error.ts';
import type { TemplateFile } from './template-file.ts';

/** Errors with which CloudFormation rejects a request because of its template, parameters or capabilities. */
const rejections = new Set(['ValidationError', 'InsufficientCapabilitiesException']);

/** Returns the error of a rejected template with its place; any other error unchanged. */
export function explainRejection(template: TemplateFile, error: unknown): unknown {
  if (error instanceof UserError)
    return error.code === 'PlanFailed' ? addPlace(template, error) : error;
  if (!(error instanceof Error) || !rejections.has(errorName(error))) return error;
  const isParameter = /^Parameters?\b/.test(error.message);
  const rejected = new UserError(`CloudFormation rejected the template: ${error.message}`, {
    hint: isParameter
      ? ['correct the value: orders deploy --parameter NAME=VALUE']
      : ['nothing was changed: correct the template and deploy again'],
    exit: isParameter ? 2 : 20,
    code: isParameter ? 'BadParameter' : 'PlanFailed',
    cause: error,
  });
  return addPlace(template, rejected);
}

/** Returns the error with the part of the template that its message names, and with the line in front of its hints. */
export function addPlace(template: TemplateFile, error: UserError): UserError {
  const place = template.findNamed(error.message);
  if (!place) return error;
  const { message, hints, exit, code, cause } = error;
  const hint = [`${place.field} is at ${template.at(place.line)}`, ...hints];
  return new UserError(message, { hint, exit, code, cause, place });
}
