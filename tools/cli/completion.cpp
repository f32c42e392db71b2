// ringwood completion: what shells need to complete command lines; `words` is what they ask then.

#include "ringwood/error.hpp"
#include "tools/cli/arguments.hpp"
#include "tools/cli/completion_words.hpp"
#include "tools/cli/output.hpp"

namespace ringwood::cli {

namespace {

constexpr std::size_t kMostWords = 10000;

// The program itself knows its words, so that these need no change when it learns new ones.
constexpr std::string_view kBash = R"script(# bash completion for ringwood
_ringwood() {
  local IFS=$'\n'
  COMPREPLY=($(ringwood completion words -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
  [ ${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "${COMP_WORDS[COMP_CWORD]}"))
}
complete -F _ringwood ringwood
)script";

constexpr std::string_view kZsh = R"script(#compdef ringwood
_ringwood() {
  local -a found
  found=(${(f)"$(ringwood completion words -- "${(@)words[2,CURRENT]}" 2>/dev/null)"})
  if (( ${#found} )); then compadd -a found; else _files; fi
}
if [[ $funcstack[1] == _ringwood ]]; then _ringwood "$@"; else compdef _ringwood ringwood; fi
)script";

constexpr std::string_view kFish = R"script(# fish completion for ringwood
function __ringwood
    set -l words (commandline -opc)[2..-1] (commandline -ct)
    ringwood completion words -- $words 2>/dev/null
end
complete -c ringwood -a '(__ringwood)'
)script";

int run(const Arguments& arguments) {
  const std::vector<std::string>& operands = arguments.operands();
  const std::string& shell = operands.front();
  if (shell == "words") {
    for (const std::string& word : completions({operands.begin() + 1, operands.end()})) {
      print(word + "\n");
    }
    return 0;
  }
  if (operands.size() > 1) {
    throw Error(ErrorKind::kUsage, "takes one shell; '" + operands[1] + "' is too many");
  }
  if (shell == "bash") {
    print(kBash);
  } else if (shell == "zsh") {
    print(kZsh);
  } else if (shell == "fish") {
    print(kFish);
  } else {
    throw unknown_word("shell", shell, {"bash", "zsh", "fish"});
  }
  return 0;
}

}  // namespace

constinit const Command completion_command{
    .name = "completion",
    .operands = "SHELL",
    .brief = "makes bash, zsh or fish complete commands, options, algorithms and machines",
    .details =
        "Prints what the shell is to read, once or from its start-up file: bash: eval \"$(ringwood\n"
        "completion bash)\"; zsh: the same, after compinit; fish: ringwood completion fish | source.",
    .operands_min = 1,
    .operands_max = kMostWords,
    .options = {},
    .examples = {"ringwood completion bash", "ringwood completion zsh > _ringwood", "ringwood completion fish"},
    .run = run,
};

}  // namespace ringwood::cli
