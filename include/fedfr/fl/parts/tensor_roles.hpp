#pragma once
#include <span>
#include <string>
#include <vector>

namespace fedfr::fl {

/// What happens to a tensor of the model.
enum class Role {
  shared,   ///< trained, sent, averaged
  own,      ///< trained, and stays with the client, who goes on with it in its next round
  frozen,   ///< as the server has it: neither trained nor sent
  passing,  ///< trained in a round from what the server has, then forgotten: neither sent nor kept
};

/// Kind of part: which tensors are shared. Everything is, unless a rule says otherwise; names are those of
/// weight files ("backbone.stem.weight", "public_centres").
class TensorRoles {
 public:
  /// @param glob  as of file names; the last rule that matches a tensor counts
  void set(std::string glob, Role role);
  /// Likewise for all that belongs to batch norms: scales, biases and statistics.
  void set_norms(Role role);

  /// `shared` where no rule matches.
  Role of(const std::string& name, bool of_norm = false) const;
  bool has(Role role) const;  ///< in any rule
  /// @throws UsageError naming a glob that matches none of the names
  void check(std::span<const std::string> names) const;

 private:
  struct Rule {
    std::string glob;  // unless of_norms
    Role role;
    bool of_norms = false;
  };
  std::vector<Rule> rules_;
};

}  // namespace fedfr::fl
