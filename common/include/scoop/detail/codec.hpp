#pragma once
#include <scoop/detail/codec/classes.hpp>
#include <scoop/detail/codec/maps.hpp>
#include <scoop/detail/codec/scalars.hpp>
#include <scoop/detail/codec/sequences.hpp>
#include <scoop/detail/codec/tuples.hpp>
