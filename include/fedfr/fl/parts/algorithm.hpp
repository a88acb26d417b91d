#pragma once
#include <optional>
#include <string>
#include <vector>

#include "fedfr/fl/parts/client_end.hpp"
#include "fedfr/fl/parts/gradient_correction.hpp"
#include "fedfr/fl/parts/personal_model.hpp"
#include "fedfr/fl/parts/phase.hpp"
#include "fedfr/fl/parts/public_images.hpp"
#include "fedfr/fl/parts/server_step.hpp"
#include "fedfr/fl/parts/start.hpp"
#include "fedfr/fl/parts/tensor_roles.hpp"
#include "fedfr/fl/parts/term.hpp"

namespace fedfr::fl {

/// An algorithm is a row of parts, one column for each kind; the empty row is federated averaging (McMahan et
/// al., AISTATS 2017) of a model that is trained by the margin softmax. Local training, the server and the
/// round loop know the columns and no algorithm by name; parts know nothing of one another. A method of
/// several parts is a function that adds them to a row, in one file (dfc.hpp).
struct Algorithm {
  bool pools_data = false;  ///< ordinary training on the data of all, without clients (fl/central)
  bool aggregates = true;   ///< what clients learn becomes the next global model

  // What a client does
  TensorRoles roles;
  std::optional<PublicImages> public_images;
  Start start;
  std::vector<Phase> phases;  ///< one after the other
  std::vector<Term> terms;
  std::vector<GradientCorrection> corrections;

  // What it keeps and sends
  std::vector<PrivateHead> heads;
  std::optional<PersonalModel> personal;
  std::vector<KeptVector> keeps;
  std::vector<ExtraSum> sums;

  // What the server does
  std::vector<ServerStep> server;

  /// Whether any term does.
  bool reads_global_features() const;
  bool reads_previous_features() const;
  const PrivateHead* head(const std::string& name) const;  ///< null if there is none
  /// Whether a client has something for its next round that follows from this row.
  bool keeps_private_state() const;
};

}  // namespace fedfr::fl
